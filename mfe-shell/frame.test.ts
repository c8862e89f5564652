import { hasProgram } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPasswordHashing } from '../server/src/accounts/password-hash.ts'
import { openScreens, seriousFindings, type OpenedPage, type ScreensUnderTest, type SignedInOptions } from './browser.fixture.ts'
import { setUpSecondFactor } from './second-factor.fixture.ts'

const password = 'Right&Proper9'
const hashing = createPasswordHashing({ memoryKiB: 64, passes: 1, lanes: 1 })

describe.skipIf(!hasProgram('chromium'))('the frame in Chromium', () => {
  let screens: ScreensUnderTest
  const opened: OpenedPage[] = []
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'required', MANAGEMENT_GRACE_DAYS: '0' }) }, 300_000)
  afterAll(() => screens.close())
  afterEach(async () => { for (const { close } of opened.splice(0)) await close() })
  const open = async (options?: SignedInOptions) => {
    const one = await screens.signedInPage({ name: 'Wang Fang', organisationName: 'North Hospital', ...options })
    opened.push(one)
    return one
  }

  test('management asks who has no second factor to set one up, and who has one for it once more; what was asked for then comes', async () => {
    const { page, accountId, organisation } = await open()
    await screens.service.db('account_password').insert({ account_id: accountId, hash: await hashing.hash(password), set_at: new Date() })
    await page.goto(`/o/${organisation.organisationId}/admin/members`)
    await page.getByText('Management asks for the second step').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Set it up' }).click()
    await page.waitForURL('**/me/security')
    const recoveryCode = await setUpSecondFactor(page, password)
    await screens.service.db('account_session').where({ account_id: accountId }).update({ second_factor_at: new Date(Date.now() - 86_400_000) })
    await page.goto(`/o/${organisation.organisationId}/admin/members`)
    await page.getByText('Show once more that it is you.').waitFor()
    await page.getByRole('button', { name: 'I have no authenticator at hand' }).click()
    await page.getByLabel('Recovery code').fill(recoveryCode)
    await page.keyboard.press('Enter')
    // The request that waited has been answered: its page is there without another click.
    await page.getByText('Wang Fang').nth(1).waitFor()
    await page.getByText('Show once more that it is you.').waitFor({ state: 'hidden' })
  }, 120_000)

  test('who has come by a provider shows that the account is his before another organisation, or what is his own, is opened; what was asked for then comes', async () => {
    const { page, accountId, organisation } = await open()
    const { db } = screens.service
    await db('account_password').insert({ account_id: accountId, hash: await hashing.hash(password), set_at: new Date() })
    const other = await screens.organisation('team', 'South Team')
    const role = await db('role').where({ organisation_id: other.organisationId, built_in: 'full' }).first<{ role_id: string }>('role_id')
    await db('membership').insert({ organisation_id: other.organisationId, account_id: accountId, role_id: role.role_id })
    await db('account_session').where({ account_id: accountId }).update({ vouched_by: organisation.organisationId })
    await page.goto('/me/credentials')
    await page.getByText('Show that this account is yours').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Password', { exact: true }).fill('not this one')
    await page.keyboard.press('Enter')
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('Show that this account is yours').waitFor({ state: 'hidden' })
    await page.getByRole('heading', { name: 'Documents', level: 1 }).waitFor()
    expect(await db('account_session').where({ account_id: accountId }).whereNotNull('vouched_by')).toEqual([])
  }, 120_000)

  test('a server that does not answer is said so, with a way on', async () => {
    const { page } = await open()
    await page.route('**/api/session', (route) => route.abort())
    await page.goto('/workbench')
    await page.getByRole('heading', { name: 'The server does not answer.' }).waitFor()
    await page.unroute('**/api/session')
    await page.getByRole('button', { name: 'Load again' }).click()
    await page.getByRole('heading', { name: 'Workbench' }).waitFor()
  }, 120_000)

  test('an application that cannot be loaded leaves the rest standing, and says what happened', async () => {
    const { page, organisation } = await open()
    await page.goto('/workbench')
    await page.getByRole('heading', { name: 'Workbench' }).waitFor()
    await page.route('**/apps/mfe-admin/**', (route) => route.abort())
    await page.goto(`/o/${organisation.organisationId}/admin/members`)
    await page.getByRole('heading', { name: 'A part of this page could not be loaded.' }).waitFor()
    await page.getByRole('link', { name: 'Go to the workbench' }).click()
    await page.getByRole('heading', { name: 'Workbench' }).waitFor()
  }, 120_000)

  test('what is loaded is said with the number of the request when it fails, and tried again', async () => {
    const { page } = await open()
    await page.route('**/api/account/profile', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/internal-error', status: 500, title: 'x', instance: 'req-4711' }) }))
    await page.goto('/me/profile')
    await page.getByText('req-4711').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.unroute('**/api/account/profile')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByLabel('Name', { exact: true }).waitFor()
  }, 120_000)

  test('another e-mail address is proved by the code that was sent there', async () => {
    const { page, goTo, accountId } = await open()
    await screens.service.db('account_password').insert({ account_id: accountId, hash: await hashing.hash(password), set_at: new Date() })
    await goTo('/me/profile')
    await page.getByRole('button', { name: 'Add e-mail' }).click()
    await page.getByLabel('New e-mail address').fill('wang.fang@north.example')
    await page.getByLabel('Password', { exact: true }).fill('not this one')
    await page.keyboard.press('Enter')
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('A code was sent there').waitFor()
    await page.getByLabel('Code', { exact: true }).fill(await screens.codeSentTo('wang.fang@north.example'))
    await page.keyboard.press('Enter')
    await page.getByText('wang.fang@north.example').waitFor()
  }, 120_000)

  test('a link opened in a new tab, and the browser\'s own back, do what they always do', async () => {
    const { page, goTo, organisation } = await open()
    await goTo('/workbench')
    const [tab] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: /North Hospital/ }).click({ modifiers: ['ControlOrMeta'] })])
    await tab.waitForURL(`**/o/${organisation.organisationId}/home`)
    expect(new URL(page.url()).pathname).toBe('/workbench')
    await page.getByRole('link', { name: 'Notifications' }).click()
    await page.getByRole('heading', { name: 'Notifications' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Workbench' }).waitFor()
  }, 120_000)
})
