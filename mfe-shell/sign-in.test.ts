import { randomInt } from 'node:crypto'
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, phone, type OpenedPage, type PageOptions, type ScreensUnderTest } from './browser.fixture.ts'
import { setUpSecondFactor } from './second-factor.fixture.ts'

/** Pictures of what failed go here when it is set. */
const pictures = process.env['SCREENSHOTS']
const ownPassword = 'Radiology$1'
const anotherPassword = 'Cardiology_2'

describe.skipIf(!hasProgram('chromium'))('signing in, in Chromium', () => {
  let screens: ScreensUnderTest
  const opened: OpenedPage[] = []
  beforeAll(async () => { screens = await openScreens() }, 300_000)
  afterAll(() => screens.close())
  afterEach(async () => { for (const one of opened.splice(0)) await one.close() })

  afterEach(async ({ task }) => { if (pictures !== undefined && task.result?.state === 'fail') for (const [index, { page }] of opened.entries()) await page.screenshot({ path: `${pictures}/failed-${String(index)}-${task.name.slice(0, 40).replaceAll(/\W+/g, '-')}.png` }) })

  const open = async (options?: PageOptions) => {
    const one = await screens.openPage(options)
    opened.push(one)
    return one
  }
  /** Somebody new, who belongs to an organisation made for him, with a password that works once. */
  async function aNewcomer() {
    const { service } = screens
    const { organisationId } = await screens.organisation('hospital', 'North Hospital')
    const prepared = await service.accounts.administration.prepareOneTimePassword()
    const phoneNumber = `139${String(randomInt(1e8)).padStart(8, '0')}`
    const { accountId } = await service.db.transaction((trx) => service.accounts.administration.create(trx, { organisationId, phone: phoneNumber, name: 'Wang Fang', actor: 'command:test' }, prepared))
    const role = await service.db('role').where({ organisation_id: organisationId, built_in: 'full' }).first<{ role_id: string }>('role_id')
    await service.db('membership').insert({ organisation_id: organisationId, account_id: accountId, role_id: role.role_id })
    return { accountId, organisationId, phone: phoneNumber, password: prepared.password }
  }
  async function signIn(page: Page, login: string, password: string): Promise<void> {
    await page.getByLabel('Phone number or login name').fill(login)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
  }
  async function choosePassword(page: Page, password: string): Promise<void> {
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor()
    await page.getByLabel('New password', { exact: true }).fill(password)
    await page.getByLabel('New password, again').fill(password)
    await page.keyboard.press('Enter')
  }
  /** Somebody new who has signed in and has a password of his own. */
  async function signedInNewcomer(options?: PageOptions) {
    const person = await aNewcomer()
    const opened = await open(options)
    await opened.goTo('/sign-in')
    await signIn(opened.page, person.phone, person.password)
    await choosePassword(opened.page, ownPassword)
    await opened.page.waitForURL('**/home')
    return { person, ...opened }
  }
  async function signOut(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Account of Wang Fang' }).click()
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
  }

  test('for the first time: by the keyboard, with a captcha the browser solves, to a password of one\'s own', async () => {
    const person = await aNewcomer()
    const { page, goTo, complaints } = await open()
    await goTo('/sign-in')
    await signIn(page, person.phone, 'Wrong$Password1')
    await page.getByText('Account and password do not go together.').waitFor()
    await signIn(page, person.phone, person.password)
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor()
    await page.getByLabel('New password', { exact: true }).fill('radiology')
    await expect.poll(() => page.locator('.password-rules .is-met').count(), { timeout: 10_000 }).toBe(3)
    await choosePassword(page, ownPassword)
    // One organisation alone: there is nothing to choose.
    await page.waitForURL(`**/o/${person.organisationId}/home`)
    await page.getByRole('heading', { name: 'North Hospital' }).waitFor()
    // Messages come in the language of the page, and follow it when another is chosen there.
    const language = async () => (await screens.service.db('account').where({ account_id: person.accountId }).first<{ language: string | null }>('language')).language
    await expect.poll(language, { timeout: 10_000 }).toBe('en')
    await page.getByRole('button', { name: 'Language: English' }).click()
    await page.getByRole('menuitem', { name: '简体中文' }).click()
    await expect.poll(language, { timeout: 10_000 }).toBe('zh-CN')
    expect(complaints).toEqual([])
  }, 120_000)

  test('leads back to where somebody wanted to go, and to no other site', async () => {
    const person = await aNewcomer()
    const { page, goTo } = await open()
    await goTo('/me/settings')
    await page.waitForURL(({ pathname }) => pathname === '/sign-in')
    await signIn(page, person.phone, person.password)
    await choosePassword(page, ownPassword)
    await page.waitForURL('**/me/settings')
    await signOut(page)
    await page.waitForURL('**/sign-in**')
    await page.goto('/sign-in?next=%2F%2Felsewhere.example')
    await signIn(page, person.phone, ownPassword)
    await page.waitForURL(`**/o/${person.organisationId}/home`)
  }, 120_000)

  test('a session that is ended elsewhere ends in every tab at once; signing in again leads back, in all of them', async () => {
    const { person, page } = await signedInNewcomer()
    const other = await page.context().newPage()
    await other.goto('/workbench')
    await other.getByRole('heading', { name: 'Workbench' }).waitFor()
    await screens.service.db('account_session').where({ account_id: person.accountId }).delete()
    // Each hears of it by its own stream; the first that asks for anything would notice too.
    await page.waitForURL(`**/sign-in?next=${encodeURIComponent(`/o/${person.organisationId}/home`)}`)
    await other.waitForURL('**/sign-in')
    await signIn(page, person.phone, ownPassword)
    await page.waitForURL('**/home')
    await other.waitForURL('**/home')
  }, 120_000)

  test('with a second factor: set up in the personal centre, asked for after the password, replaced by a recovery code', async () => {
    const { person, page, goTo } = await signedInNewcomer()
    await goTo('/me/security')
    const recoveryCode = await setUpSecondFactor(page, ownPassword)
    await page.locator('.card-title', { hasText: 'Authenticator' }).getByText('On', { exact: true }).waitFor()
    await signOut(page)
    await signIn(page, person.phone, ownPassword)
    await page.getByRole('heading', { name: 'Second step' }).waitFor()
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.keyboard.press('Enter')
    await page.getByText('The code is wrong or was used before.').waitFor()
    await page.getByRole('button', { name: 'I have no authenticator at hand' }).click()
    await page.getByLabel('Recovery code').fill(recoveryCode)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/home')
  }, 120_000)

  test('a desktop by a phone that is signed in, which shows the same number', async () => {
    const mobile = await signedInNewcomer({ viewport: phone, hasTouch: true })
    const desk = await open()
    await desk.goTo('/sign-in')
    const began = desk.page.waitForResponse((response) => response.url().endsWith('/api/qr-sign-ins') && response.request().method() === 'POST')
    await desk.page.getByRole('button', { name: 'Scan with a phone' }).click()
    const { url, comparison } = await (await began).json() as { url: string; comparison: string }
    await desk.page.getByText('Waiting for a phone').waitFor()
    await mobile.page.goto(url.replace(/^https?:\/\/[^/]+/, screens.url))
    await mobile.page.getByText('Sign in there as Wang Fang?').waitFor()
    await mobile.page.locator('.comparison strong').getByText(comparison, { exact: true }).waitFor()
    await desk.page.getByText('Confirm on the phone', { exact: true }).waitFor()
    await mobile.page.getByRole('button', { name: 'Let it in' }).click()
    await mobile.page.getByText('It is let in').waitFor()
    await desk.page.waitForURL('**/home')
  }, 120_000)

  test('by a passkey, which was added in the personal centre', async () => {
    // Passkeys need a host name.
    const { page } = await signedInNewcomer({ baseURL: screens.url.replace('127.0.0.1', 'localhost') })
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
    await page.goto('/me/security')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByLabel('Password', { exact: true }).fill(ownPassword)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await signOut(page)
    await page.waitForURL('**/sign-in')
    await page.getByRole('button', { name: 'Passkey' }).click()
    await page.waitForURL('**/home')
  }, 120_000)

  test('a forgotten password is set anew by the code that was sent', async () => {
    const { person, page, goTo } = await signedInNewcomer()
    await page.context().clearCookies()
    await goTo('/sign-in')
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByLabel('Phone number or login name').fill(person.phone)
    await page.keyboard.press('Enter')
    await page.getByText('If there is such an account').waitFor()
    await page.getByLabel('Code', { exact: true }).fill(await screens.codeSentTo(person.phone))
    await page.getByLabel('New password', { exact: true }).fill(anotherPassword)
    await page.getByLabel('New password, again').fill(anotherPassword)
    await page.keyboard.press('Enter')
    await page.getByText('Your password is set.').waitFor()
    await page.getByRole('button', { name: 'To sign-in' }).click()
    await signIn(page, person.phone, anotherPassword)
    await page.waitForURL('**/home')
  }, 120_000)
})
