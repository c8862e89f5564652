/** What stands around every page, and the pages every member has: in real Chromium. */
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest, type SignedInOptions, type SignedInPage } from './browser.fixture.ts'
import { aMember } from '../server/src/organisations/organisations.fixture.ts'

/** Pictures of some states, and of what failed, go here when it is set. */
const pictures = process.env['SCREENSHOTS']
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('around the pages in Chromium', () => {
  let screens: ScreensUnderTest
  const opened: OpenedPage[] = []
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 300_000)
  afterAll(() => screens.close())
  afterEach(async ({ task }) => {
    for (const [index, { page, close }] of opened.splice(0).entries()) {
      if (pictures !== undefined && task.result?.state === 'fail') await page.screenshot({ path: `${pictures}/failed-${String(index)}-${task.name.slice(0, 40).replaceAll(/\W+/g, '-')}.png` })
      await close()
    }
  })
  const picture = async ({ page }: OpenedPage, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` }) }
  const open = async (options?: SignedInOptions): Promise<SignedInPage> => {
    const one = await screens.signedInPage({ name: 'Wang Fang', organisationName: 'North Hospital', ...options })
    opened.push(one)
    return one
  }

  test('every member reads what the organisation says of itself; the settings are for who may', async () => {
    const one = await open({ role: 'general' })
    const { organisationId, number } = one.organisation
    await screens.service.db('hospital_settings').insert({ organisation_id: organisationId, level: 'CN-3A', type: 'general', province: 'Anhui', city: 'Hefei' })
    await one.goTo(`/o/${organisationId}/home`)
    await one.page.getByRole('link', { name: 'About the organisation' }).click()
    await one.page.getByText('Grade 3, class A').waitFor()
    for (const text of [number, 'General hospital', 'Anhui · Hefei']) await one.page.getByRole('main').getByText(text).first().waitFor()
    expect(await one.page.getByRole('link', { name: 'Open the settings' }).count()).toBe(0)
    const chief = await open({ organisation: one.organisation, language: 'zh-CN', colorScheme: 'dark', viewport: phone })
    await chief.goTo(`/o/${organisationId}/information`)
    await chief.page.getByText('三级甲等').waitFor()
    await picture(chief, 'information')
    expect([await overhang(chief.page), await seriousFindings(chief.page), chief.complaints]).toEqual([0, [], []])
    await chief.page.getByRole('link', { name: '打开机构设置' }).click()
    await chief.page.waitForURL('**/admin/settings')
    const stranger = await open({ organisationName: 'South Hospital' })
    await stranger.goTo(`/o/${organisationId}/information`)
    await stranger.page.getByText('You are no member of this organisation.').waitFor()
  }, 120_000)

  test('own share links stand in the navigation of who may share', async () => {
    const one = await open()
    await one.goTo(`/o/${one.organisation.organisationId}/home`)
    await one.page.getByRole('link', { name: 'My share links' }).click()
    await one.page.waitForURL('**/shares')
    await one.page.getByRole('heading', { level: 1 }).waitFor()
    const reader = await open({ kind: 'team', organisationName: 'Readers' })
    await reader.goTo(`/o/${reader.organisation.organisationId}/home`)
    await reader.page.getByRole('navigation', { name: 'Pages' }).getByRole('link').first().waitFor()
    expect(await reader.page.getByRole('link', { name: 'My share links' }).count()).toBe(0)
  }, 120_000)

  test('the own picture stands in the header, and follows the personal centre', async () => {
    const one = await open({ viewport: desktop })
    await one.goTo('/me/profile')
    const inHeader = one.page.locator('.frame-top .ant-avatar img')
    expect(await inHeader.count()).toBe(0)
    await one.page.locator('input[type="file"]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await sharp({ create: { width: 200, height: 200, channels: 3, background: 'teal' } }).png().toBuffer() })
    await inHeader.waitFor()
    await picture(one, 'avatar')
    await one.goTo('/workbench')
    await expect.poll(() => inHeader.evaluate((image) => (image as HTMLImageElement).naturalWidth), soon).toBeGreaterThan(0)
    await one.goTo('/me/profile')
    await one.page.getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => inHeader.count(), soon).toBe(0)
    expect(one.complaints).toEqual([])
  }, 120_000)

  describe('what is not saved', () => {
    const question = (page: Page) => page.getByRole('dialog', { name: 'Leave without saving?' })
    const stay = async (page: Page) => {
      await question(page).getByRole('button', { name: 'Stay' }).click()
      await question(page).waitFor({ state: 'detached' })
    }

    test('is asked about by links, the switch of the organisation, going back, signing out and closing the tab; and by nothing once it is saved', async () => {
      const one = await open({ organisationName: 'North Hospital' })
      const team = await screens.organisation('team', 'Night Readers')
      await aMember(screens.service.db, team.organisationId, 'full', { accountId: one.accountId })
      const { page } = one
      const settings = `/o/${one.organisation.organisationId}/admin/settings`
      await one.goTo(`/o/${one.organisation.organisationId}/home`)
      await page.getByRole('link', { name: 'Management' }).click()
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByLabel('City').fill('Hefei')
      const isHere = async () => { await expect.poll(async () => [new URL(page.url()).pathname, await page.getByLabel('City').inputValue()], soon).toEqual([settings, 'Hefei']) }

      await page.getByRole('link', { name: 'Members' }).click()
      await question(page).waitFor()
      await picture(one, 'unsaved')
      // The button that stays has the focus.
      await page.keyboard.press('Enter')
      await question(page).waitFor({ state: 'detached' })
      await isHere()

      await page.getByRole('button', { name: /Organisation: North Hospital/ }).click()
      await page.getByRole('menuitem', { name: /Night Readers/ }).click()
      await stay(page)
      await isHere()

      await page.evaluate(() => { history.back() })
      await stay(page)
      await isHere()

      await page.getByRole('button', { name: /Wang Fang/ }).click()
      await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
      await stay(page)
      await isHere()

      const closing = page.waitForEvent('dialog')
      void page.close({ runBeforeUnload: true })
      const dialog = await closing
      expect(dialog.type()).toBe('beforeunload')
      await dialog.dismiss()
      await isHere()

      await page.getByRole('button', { name: 'Save' }).first().click()
      await page.getByText('Saved').waitFor()
      await page.getByRole('link', { name: 'Members' }).click()
      await page.waitForURL('**/admin/members')
      expect(await question(page).count()).toBe(0)
    }, 120_000)

    test('in a drawer is not lost by Escape, and given up by the button that says so', async () => {
      const one = await open({ language: 'en' })
      const { page } = one
      await one.goTo(`/o/${one.organisation.organisationId}/admin/departments`)
      await page.getByRole('button', { name: 'Add a department' }).click()
      const drawer = page.getByRole('dialog', { name: 'Add a department' })
      await drawer.getByLabel('Name').fill('Radiology')
      await page.keyboard.press('Escape')
      await stay(page)
      expect(await drawer.getByLabel('Name').inputValue()).toBe('Radiology')
      await page.evaluate(() => new Promise((resolve) => {
        addEventListener('popstate', () => { requestAnimationFrame(resolve) }, { once: true })
        history.pushState(null, '', location.pathname + '?x=1')
        history.back()
      }))
      expect(await question(page).count()).toBe(0)
      await drawer.getByRole('button', { name: 'Cancel' }).click()
      await drawer.waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Members' }).click()
      await page.waitForURL('**/admin/members')
    }, 120_000)

    test('is given up by who leaves all the same, also backwards', async () => {
      const one = await open()
      const { page } = one
      const base = `/o/${one.organisation.organisationId}`
      await one.goTo(`${base}/information`)
      await page.getByRole('link', { name: 'Open the settings' }).click()
      await page.getByLabel('City').fill('Hefei')
      await page.evaluate(() => { history.back() })
      await question(page).getByRole('button', { name: 'Leave' }).click()
      await page.waitForURL(`**${base}/information`)
      await page.getByRole('heading', { level: 1, name: 'About the organisation' }).waitFor()
      await question(page).waitFor({ state: 'hidden' })
      expect(one.complaints).toEqual([])
    }, 120_000)
  })

  test('a switch of the organisation is told to the other tabs, which keep theirs until it is changed there too', async () => {
    const one = await open({ organisationName: 'North Hospital' })
    const team = await screens.organisation('team', 'Night Readers')
    await aMember(screens.service.db, team.organisationId, 'full', { accountId: one.accountId })
    const home = `/o/${one.organisation.organisationId}/home`
    await one.goTo(home)
    const second = await one.page.context().newPage()
    await second.goto(home)
    await second.getByRole('button', { name: /Organisation: North Hospital/ }).click()
    await second.getByRole('menuitem', { name: /Night Readers/ }).click()
    await second.waitForURL(`**/o/${team.organisationId}/home`)
    await one.page.getByText('In another tab you now work for Night Readers. This tab goes on with North Hospital.').waitFor()
    await picture(one, 'switched-elsewhere')
    expect([new URL(one.page.url()).pathname, await seriousFindings(one.page)]).toEqual([home, []])
    await one.page.getByRole('button', { name: 'Change here too' }).click()
    await one.page.waitForURL(`**/o/${team.organisationId}/home`)
    await expect.poll(() => one.page.getByText('In another tab').count(), soon).toBe(0)
    await second.close()
  }, 120_000)
})
