/** What is true of every page of the console. */
import { hasProgram } from '@isocenter/testkit'
import { desktop, overhang, phone, seriousFindings } from '@isocenter/testkit/browser'
import { describe, expect, test } from 'vitest'
import { consoleOfEachTest, key } from './browser.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

const paths = ['/', '/service', '/senders', '/nodes', '/rules', '/records', '/fetches', '/procedures', '/cloud', '/storage']

describe.skipIf(!hasProgram('chromium'))('the console in Chromium', { timeout: 120_000 }, () => {
  const open = consoleOfEachTest()

  describe.each([
    ['Chinese, light, desktop, each loaded anew', 'goTo', { locale: 'zh-CN', colorScheme: 'light', viewport: desktop }],
    ['English, dark, phone', 'follow', { locale: 'en', colorScheme: 'dark', viewport: phone }],
    ['Chinese, dark, desktop', 'follow', { locale: 'zh-CN', colorScheme: 'dark', viewport: desktop }],
    ['English, light, phone', 'follow', { locale: 'en-GB', colorScheme: 'light', viewport: phone }],
  ] as const)('in %s', (_name, way, options) => {
    test.each([['much to show', false], ['nothing yet', true]])('every page is accessible, fits the width, breaks no policy and asks no other machine, with %s', async (_what, isEmpty) => {
      const { page, address, complaints, [way]: goTo } = await open({ ...options, isEmpty })
      const askedElsewhere: string[] = []
      page.on('request', (request) => { if (!request.url().startsWith(address) && !request.url().startsWith('data:')) askedElsewhere.push(request.url()) })
      for (const path of paths) {
        await goTo(path)
        expect(await seriousFindings(page), path).toEqual([])
        expect(await overhang(page), `${path} is wider than the screen`).toBeLessThanOrEqual(0)
      }
      expect([...complaints, ...askedElsewhere]).toEqual([])
    }, 120_000)
  })

  describe('signing in', () => {
    test('asks for the key, says when it is wrong, and remembers who had it', async () => {
      const { page, goTo } = await open({ isSignedIn: false })
      expect(await seriousFindings(page)).toEqual([])
      const field = page.getByLabel('Gateway key')
      await field.fill('not the key of this one')
      await page.keyboard.press('Enter')
      await page.getByText('This is not the key of this gateway.').waitFor()
      await field.fill(key)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await goTo('/nodes')
      await page.getByRole('heading', { name: 'Nodes' }).waitFor()
    })

    test('by a link takes the key out of the address at once', async () => {
      const { page } = await open()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      expect(page.url()).not.toContain(key)
    })

    test('is asked again when the session ends, and after signing out', async () => {
      const { page } = await open()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByLabel('Gateway key').waitFor()
      await page.reload()
      await page.getByLabel('Gateway key').waitFor()
    })
  })

  test('the language is the browser\'s until another is chosen, which is kept', async () => {
    const { page, goTo } = await open({ locale: 'zh-TW' })
    await page.getByRole('heading', { level: 1, name: '概览', exact: true }).waitFor()
    await expect.poll(() => page.locator('html').getAttribute('lang'), soon).toBe('zh-CN')
    await page.getByRole('button', { name: /简体中文/ }).click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await expect.poll(() => page.locator('html').getAttribute('lang'), soon).toBe('en')
    await goTo('/records')
    await page.getByRole('heading', { level: 1, name: 'Forwarding records', exact: true }).waitFor()
  })

  test('a line to the gateway that breaks is said, and what changed meanwhile is shown when it is back', async () => {
    const { page, gateway } = await open()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('The gateway does not answer.').waitFor()
    await page.context().setOffline(false)
    gateway.alarms = [{ code: 'spoolFull', severity: 'critical' }]
    gateway.tell('state')
    await page.getByText('The disk is full: new images are refused').waitFor()
  })

  test('everything is reached by keyboard, and the page one went to is the next thing read', async () => {
    const { page } = await open()
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), soon).toBe('Skip to content')
    for (let presses = 0; presses < 20 && await page.evaluate(() => document.activeElement?.getAttribute('href')) !== '/nodes'; presses++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), soon).toBe('MAIN')
    await expect.poll(() => page.title(), soon).toBe('Nodes · Isocenter')
  })

  test('on a phone the menu opens, leads to a page and closes', async () => {
    const { page } = await open({ viewport: phone })
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Storage' }).click()
    await page.getByRole('heading', { name: 'Storage' }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})
