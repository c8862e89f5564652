import type { InvitationMade } from '@isocenter/contracts'
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, phone, type OpenedPage, type ScreensUnderTest, type SignedInOptions, type SignedInPage } from './browser.fixture.ts'

/** Pictures of some states, and of what failed, go here when it is set. */
const pictures = process.env['SCREENSHOTS']
/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('the own pages in Chromium', () => {
  let screens: ScreensUnderTest
  const opened: OpenedPage[] = []
  beforeAll(async () => { screens = await openScreens() }, 300_000)
  afterAll(() => screens.close())
  afterEach(async ({ task }) => {
    for (const [index, { page, close }] of opened.splice(0).entries()) {
      if (pictures !== undefined && task.result?.state === 'fail') await page.screenshot({ path: `${pictures}/failed-${String(index)}-${task.name.slice(0, 40).replaceAll(/\W+/g, '-')}.png` })
      await close()
    }
  })
  const picture = async (page: Page, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` }) }
  const open = async (options?: SignedInOptions): Promise<SignedInPage> => {
    const one = await screens.signedInPage({ name: 'Wang Fang', organisationName: 'North Hospital', ...options })
    opened.push(one)
    return one
  }
  interface Answer { readonly status: number; readonly body: unknown }
  /** A request as another page of the same person would make it. */
  const ask = (page: Page, method: string, path: string, { body, organisationId }: { readonly body?: object; readonly organisationId?: string } = {}): Promise<Answer> =>
    page.evaluate(async ({ method, path, body, organisationId }) => {
      const response = await fetch(`/api${path}`, {
        method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(organisationId !== undefined && { 'x-organisation': organisationId }) }, ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: response.status === 204 ? undefined : await response.json() as unknown }
    }, { method, path, body, organisationId })
  const fullRoleOf = async (organisationId: string) => (await screens.service.db('role').where({ organisation_id: organisationId, built_in: 'full' }).first<{ role_id: string }>('role_id')).role_id
  /** Draws a line over the field for signatures. */
  async function draw(page: Page): Promise<void> {
    // Not before it stays where it is.
    await page.getByRole('img', { name: 'Field to draw the signature on' }).hover()
    const field = await page.getByRole('img', { name: 'Field to draw the signature on' }).boundingBox()
    if (field === null) throw new Error('There is no field.')
    await page.mouse.move(field.x + 40, field.y + 120)
    await page.mouse.down()
    for (let step = 1; step <= 20; step++) await page.mouse.move(field.x + 40 + step * 8, field.y + 120 + Math.sin(step) * 40)
    await page.mouse.up()
  }

  describe('the workbench', () => {
    test('lists both sides, and an invitation that is accepted adds to them at once', async () => {
      const one = await open({ organisationName: 'North Hospital' })
      const team = await screens.organisation('team', 'Night Readers')
      const inviter = await open({ organisation: team, name: 'Zhao Min' })
      await inviter.goTo('/workbench')
      await one.goTo('/workbench')
      await one.page.getByText('None yet').waitFor()
      const invited = await ask(inviter.page, 'POST', '/invitations', { organisationId: team.organisationId, body: { phone: one.phone, roleId: await fullRoleOf(team.organisationId) } })
      expect(invited.status).toBe(201)
      const { acceptanceCode } = invited.body as InvitationMade
      // The bell hears of it live.
      await screens.tell()
      await one.page.getByRole('button', { name: /Notifications: 1 unread/ }).click()
      await one.page.getByRole('dialog').getByText('Night Readers').first().waitFor()
      await picture(one.page, 'notification-panel')
      await one.page.keyboard.press('Escape')
      await one.goTo('/workbench')
      await one.page.getByText('Night Readers invites you').waitFor()
      await picture(one.page, 'workbench-invited')
      await one.page.getByRole('button', { name: 'Join' }).click()
      // The phone has not been proven: the code is asked for, and a wrong one is said at its field.
      const asked = one.page.getByRole('dialog', { name: 'Join Night Readers' })
      await asked.getByLabel('Acceptance code').fill('00000-00000')
      await asked.getByRole('button', { name: 'Join' }).click()
      await asked.getByText('This is not the acceptance code').waitFor()
      await picture(one.page, 'workbench-code')
      await asked.getByLabel('Acceptance code').fill(acceptanceCode.toLowerCase())
      await asked.getByRole('button', { name: 'Join' }).click()
      await one.page.getByRole('link', { name: /Night Readers/ }).click()
      await one.page.waitForURL(`**/o/${team.organisationId}/home`)
      // The header changes to the other organisation, and this tab alone.
      await one.page.getByRole('button', { name: /Organisation: Night Readers/ }).click()
      await picture(one.page, 'organisation-switch')
      await one.page.getByRole('menuitem', { name: /North Hospital/ }).click()
      await one.page.waitForURL(`**/o/${one.organisation.organisationId}/home`)
    }, 120_000)
  })

  test('notifications are read by opening them, or all at once', async () => {
    const one = await open()
    const team = await screens.organisation('team', 'Night Readers')
    const inviter = await open({ organisation: team, name: 'Zhao Min' })
    await inviter.goTo('/workbench')
    await ask(inviter.page, 'POST', '/invitations', { organisationId: team.organisationId, body: { phone: one.phone, roleId: await fullRoleOf(team.organisationId) } })
    await screens.tell()
    await one.goTo('/notifications')
    await picture(one.page, 'notifications')
    // Going there does not wait until it is marked; loading another page anew would keep it from being marked.
    const marked = one.page.waitForResponse((response) => response.request().method() !== 'GET' && response.url().includes('/notifications/'))
    await one.page.locator('.message.is-unread').first().click()
    await one.page.waitForURL('**/workbench**')
    expect((await marked).ok()).toBe(true)
    await one.goTo('/notifications?show=unread')
    await one.page.getByText('Everything is read').waitFor()
    await one.page.getByRole('tab', { name: /To do \(1\)/ }).click()
    await one.page.getByText('Night Readers').first().waitFor()
    await expect.poll(() => new URL(one.page.url()).search, soon).toBe('?tab=todos')
  }, 120_000)

  test('the home page tells what was done here; filters stand in the address; who may not see others sees that', async () => {
    const admin = await open()
    await admin.goTo('/workbench')
    expect((await ask(admin.page, 'POST', '/departments', { organisationId: admin.organisation.organisationId, body: { name: 'Radiology' } })).status).toBe(201)
    await admin.goTo(`/o/${admin.organisation.organisationId}/home`)
    await admin.page.getByText('changed a department').waitFor()
    await picture(admin.page, 'home')
    await admin.page.getByText('30 days').click()
    await admin.page.getByLabel('Search the log').fill('nothing of this kind')
    await admin.page.keyboard.press('Enter')
    await admin.page.getByText('Nothing in this period').waitFor()
    await expect.poll(() => new URL(admin.page.url()).search, soon).toBe('?days=30&keyword=nothing+of+this+kind')
    const other = await open({ organisation: admin.organisation, role: 'general', name: 'Li Hua' })
    await other.goTo(`/o/${admin.organisation.organisationId}/home`)
    await other.page.getByText('You see your own entries.').waitFor()
    // Another organisation's pages are not there.
    const foreign = await screens.organisation('hospital', 'South Hospital')
    await other.goTo(`/o/${foreign.organisationId}/home`)
    await other.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  }, 120_000)

  test('the profile is changed, and the new name stands in the header', async () => {
    const { page, goTo } = await open()
    await goTo('/me/profile')
    await page.getByLabel('Name', { exact: true }).fill('Wang Fangfang')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Account of Wang Fangfang' }).waitFor()
    await page.getByLabel('North Hospital').fill('Reads chests')
    // The name, which was saved before, may still be said to be.
    const saved = page.waitForResponse((response) => response.request().method() !== 'GET')
    await page.getByRole('button', { name: 'Save' }).last().click()
    expect((await saved).ok()).toBe(true)
    await page.reload()
    await expect.poll(() => page.getByLabel('North Hospital').inputValue(), soon).toBe('Reads chests')
  }, 120_000)

  test('a signature is drawn here, or on a phone that is not signed in, by a code that works once', async () => {
    const { page, goTo } = await open()
    await goTo('/me/signature')
    await page.getByText('You have none yet.').waitFor()
    await draw(page)
    await page.getByRole('button', { name: 'Use this' }).click()
    await page.getByText(/^Drawn, /).waitFor()
    await picture(page, 'signature')
    await page.getByText('On a phone', { exact: true }).click()
    const began = page.waitForResponse((response) => response.url().endsWith('/api/account/signature/phones'))
    await page.getByRole('button', { name: 'Show the code' }).click()
    const { path } = await (await began).json() as { path: string }
    const mobile = await screens.openPage({ viewport: phone })
    opened.push(mobile)
    await mobile.goTo(path)
    await expect.poll(() => new URL(mobile.page.url()).hash, soon).toBe('')
    await draw(mobile.page)
    await picture(mobile.page, 'phone-signing')
    await mobile.page.getByRole('button', { name: 'Use this' }).click()
    await mobile.page.getByText('The signature is on the other screen.').waitFor()
    await page.getByText('The signature has arrived.').waitFor()
    await page.getByText(/^Drawn on a phone, /).waitFor()
  }, 120_000)

  test('sessions elsewhere are listed and ended', async () => {
    const { page, goTo, accountId } = await open()
    await screens.sessionOf(accountId)
    await goTo('/me/security')
    await picture(page, 'security')
    await page.getByRole('button', { name: /^Sign out: / }).click()
    await page.getByText('Signed out there').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^Sign out: / }).count(), soon).toBe(0)
    expect(await screens.service.db('account_session').where({ account_id: accountId })).toHaveLength(1)
  }, 120_000)

  test('a document is added with a file, submitted, and taken back', async () => {
    const { page, goTo } = await open()
    await goTo('/me/credentials')
    await page.getByRole('button', { name: 'Add a document' }).click()
    await page.getByLabel('Number').fill('110-2026-000123')
    await page.keyboard.press('Enter')
    await page.getByText('Draft').waitFor()
    const added = page.waitForResponse((response) => response.url().endsWith('/files'))
    await page.locator('input[type=file]').setInputFiles({ name: 'card.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF') })
    expect((await added).status()).toBe(201)
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByText('Waits to be verified').waitFor()
    await picture(page, 'credentials')
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('Draft').waitFor()
  }, 120_000)

  test('settings hold on the account: automatic sign-out, landing, language', async () => {
    const { page, goTo, organisation } = await open()
    await goTo('/me/settings')
    // That the one was saved may still be said when the other is.
    const saved = (path: string) => page.waitForResponse((response) => response.request().method() !== 'GET' && response.url().endsWith(path) && response.ok())
    await Promise.all([saved('/account/settings'), page.getByLabel('Sign out by itself').click()])
    await page.getByText('Saved').first().waitFor()
    await page.getByLabel('After signing in').click()
    await Promise.all([saved('/account/preferences'), page.getByTitle('North Hospital').click()])
    await page.getByText('Saved').last().waitFor()
    await page.reload()
    await expect.poll(() => page.getByLabel('Sign out by itself').getAttribute('aria-checked'), soon).toBe('true')
    expect((await ask(page, 'GET', '/account/landing')).body).toMatchObject({ page: 'organisation', organisationId: organisation.organisationId })
    await page.locator('.ant-radio-button-wrapper', { hasText: '简体中文' }).click()
    await page.getByRole('heading', { name: '设置' }).waitFor()
    await expect.poll(() => page.locator('html').getAttribute('lang'), soon).toBe('zh-CN')
  }, 120_000)

  test('who does nothing is warned a minute before the end, and stays by one click', async () => {
    const { page, goTo, accountId } = await open()
    await screens.service.db('account').where({ account_id: accountId }).update({ auto_sign_out: true })
    await page.clock.install()
    await goTo('/me/settings')
    // What the page itself has taken by now counts too.
    await page.clock.fastForward('28:00')
    expect(await page.getByText('You are about to be signed out').count()).toBe(0)
    await page.clock.runFor('01:15')
    await page.getByText('You are about to be signed out').waitFor()
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    await page.clock.runFor('00:05')
    await page.getByText('You are about to be signed out').waitFor({ state: 'hidden' })
  }, 120_000)

  test.each([['desktop', desktop], ['phone', phone]])('everything is reached by the keyboard alone, on a %s', async (_name, viewport) => {
    const { page, goTo } = await open({ viewport })
    await goTo('/workbench')
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), soon).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id), soon).toBe('content')
    const isThere = () => page.evaluate(() => document.activeElement?.classList.contains('organisation-link') === true)
    for (let steps = 0; steps < 8 && !await isThere(); steps++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/home')
    // A new page begins at its top, for who sees it and for who hears it.
    await page.waitForFunction(() => document.activeElement?.id === 'content')
    await page.getByRole('heading', { name: 'North Hospital' }).waitFor()
    await expect.poll(() => page.title(), soon).toBe('North Hospital · Isocenter')
  }, 120_000)
})
