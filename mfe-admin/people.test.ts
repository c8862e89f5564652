import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, type ScreensUnderTest } from '../mfe-shell/browser.fixture.ts'
import { aMember, aPhone, roleOf } from '../server/src/organisations/organisations.fixture.ts'
import { aFurnishedHospital } from './furnished.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('people, roles and departments in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 300_000)
  afterAll(() => screens.close())

  async function atHospital(page: string, role = 'full') {
    const hospital = await aFurnishedHospital(screens.service.db)
    const opened = await screens.signedInPage({ organisation: hospital, name: 'Wang Fang', role })
    await opened.goTo(`/o/${hospital.organisationId}/admin/${page}`)
    return { ...opened, hospital, db: screens.service.db }
  }

  test('somebody new is added by keyboard alone, and the one-time password is shown once', async () => {
    const { page, close } = await atHospital('members')
    await page.getByRole('button', { name: 'Add a member' }).focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog')
    // The first field has the focus: who came by keyboard goes on typing.
    await expect.poll(() => drawer.getByLabel('Person', { exact: true }).evaluate((field) => field === document.activeElement), soon).toBe(true)
    await page.keyboard.type('Zhao Min')
    await page.keyboard.press('Tab')
    await page.keyboard.type('12')
    await page.keyboard.press('Enter')
    await drawer.getByText('Enter a phone number.').waitFor()
    await drawer.getByLabel('Phone', { exact: true }).fill('not a number')
    await drawer.getByLabel('Role', { exact: true }).focus()
    await page.keyboard.press('ArrowDown')
    await page.getByTitle('Doctor').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await drawer.getByRole('button', { name: 'Add', exact: true }).press('Enter')
    // What the server says stands at the field it is about.
    await drawer.locator('.ant-form-item', { hasText: 'Phone' }).getByText('This is neither a phone number nor a login name.').waitFor()
    await drawer.getByLabel('Phone', { exact: true }).fill(aPhone())
    await drawer.getByRole('button', { name: 'Add', exact: true }).press('Enter')
    await page.getByRole('dialog', { name: 'Zhao Min has an account now' }).waitFor()
    expect((await page.locator('.secret').last().innerText()).length).toBeGreaterThanOrEqual(8)
    await page.keyboard.press('Escape')
    expect(await page.getByText('This is shown once and never again').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'I have kept it' }).press('Enter')
    await page.getByRole('link', { name: 'Zhao Min' }).waitFor()
    await close()
  }, 120_000)

  test('filters stand in the address and survive a reload', async () => {
    const { page, settled, close } = await atHospital('members')
    await page.locator('.filters input').first().fill('Chen')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Zhang Wei' }).first().waitFor({ state: 'visible' })
    await expect.poll(() => new URL(page.url()).searchParams.get('search'), soon).toBe('Chen')
    await page.reload()
    await settled()
    expect(await page.getByRole('table').getByRole('link').allInnerTexts()).toEqual(['Chen Jing'])
    await page.locator('.filters input').first().fill('Nobody')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing fits these filters').waitFor()
    await page.getByRole('button', { name: 'Take the filters away' }).click()
    await expect.poll(() => page.getByRole('table').getByRole('link').count(), soon).toBe(4)
    await close()
  }, 120_000)

  test('a member is suspended and reinstated, and gets another role', async () => {
    const { page, hospital, goTo, db, close } = await atHospital('members')
    await goTo(`/o/${hospital.organisationId}/admin/members?record=${hospital.doctorId}`)
    const drawer = page.getByRole('dialog', { name: 'Zhang Wei' })
    await drawer.getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('dialog', { name: /Suspend Zhang Wei/ }).getByRole('button', { name: 'Suspend' }).click()
    await drawer.getByRole('button', { name: 'Reinstate' }).click()
    await drawer.getByRole('button', { name: 'Suspend' }).waitFor()
    await drawer.getByLabel('Role').click()
    await page.getByTitle('Finance').click()
    await expect.poll(async () => (await db('membership').where({ membership_id: hospital.doctorId }).first<{ role_id: string }>('role_id')).role_id, soon).toBe(await roleOf(db, hospital.organisationId, 'finance'))
    await close()
  }, 120_000)

  test('somebody who has forgotten the password is given another that works once', async () => {
    const { page, hospital, goTo, close } = await atHospital('frozen-accounts')
    await goTo(`/o/${hospital.organisationId}/admin/members?record=${hospital.doctorId}`)
    await page.getByRole('dialog', { name: 'Zhang Wei' }).getByRole('button', { name: 'New one-time password' }).click()
    await page.getByRole('dialog', { name: /Give Zhang Wei/ }).getByRole('button', { name: 'New one-time password' }).click()
    await page.getByRole('dialog', { name: 'Zhang Wei has a one-time password' }).waitFor()
    await close()
  }, 120_000)

  test('whoever is invited needs the code that is shown once', async () => {
    const { page, close } = await atHospital('invitations')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Phone', { exact: true }).fill(aPhone())
    await drawer.getByLabel('Role', { exact: true }).click()
    await page.getByTitle('Doctor').click()
    await drawer.getByRole('button', { name: 'Invite' }).click()
    await page.getByText('Acceptance code').waitFor()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await expect.poll(() => page.getByRole('table').getByText('Open', { exact: true }).count(), soon).toBe(2)
    await close()
  }, 120_000)

  test('a document that waits is verified', async () => {
    const { page, db, hospital, close } = await atHospital('members')
    await page.getByRole('heading', { name: /Documents to be verified/ }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Practising certificate' }).getByRole('link').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('dialog').getByText('Verified', { exact: true }).waitFor()
    const row = await db('credential').join('membership', 'membership.account_id', 'credential.account_id').where({ membership_id: hospital.doctorId }).first<{ state: string }>('credential.state')
    expect(row.state).toBe('verified')
    await close()
  }, 120_000)

  test('a frozen account is released with a reason', async () => {
    const { page, close } = await atHospital('frozen-accounts')
    await page.getByRole('button', { name: 'Release Li Na' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('button', { name: 'Release' }).click()
    await drawer.getByText('Say why.').waitFor()
    await drawer.getByLabel('Reason').fill('Called from her own phone')
    await drawer.getByRole('button', { name: 'Release' }).click()
    await page.getByText('No account is frozen').waitFor()
    await close()
  }, 120_000)

  test('who was first wins: a change of a role that somebody else changed meanwhile is told, and can be made again', async () => {
    const { page, db, hospital, close } = await atHospital('roles')
    await page.getByRole('button', { name: 'Edit: Doctor' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Description').fill('Reads studies')
    await db('role').where({ organisation_id: hospital.organisationId, built_in: 'general' }).increment('version', 1)
    const reloaded = page.waitForResponse((response) => response.url().endsWith('/api/roles') && response.request().method() === 'GET')
    await drawer.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else has changed this meanwhile.').first().waitFor()
    await reloaded
    expect(await drawer.getByLabel('Description').inputValue()).toBe('Reads studies')
    await drawer.getByRole('button', { name: 'Save' }).click()
    await drawer.waitFor({ state: 'detached' })
    expect((await db('role').where({ organisation_id: hospital.organisationId, built_in: 'general' }).first<{ description: string }>('description')).description).toBe('Reads studies')
    await close()
  }, 120_000)

  test('the full role is shown whole and locked', async () => {
    const { page, close } = await atHospital('roles')
    await page.getByRole('button', { name: /: Full access/ }).first().click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('This role holds everything the organisation can have.').waitFor()
    const boxes = drawer.getByRole('checkbox')
    expect(await boxes.count()).toBeGreaterThan(50)
    expect(await boxes.evaluateAll((all) => all.every((box) => (box as HTMLInputElement).checked && (box as HTMLInputElement).disabled))).toBe(true)
    await close()
  }, 120_000)

  test('a role that is held is deleted only with another in its place', async () => {
    const { page, db, hospital, close } = await atHospital('roles')
    await page.getByRole('button', { name: 'Delete: Doctor' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('button', { name: 'Delete' }).click()
    await drawer.getByText('Choose a role.').waitFor()
    await drawer.getByLabel('Role its members get instead').click()
    await page.getByTitle('Finance').click()
    await drawer.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete: Doctor' }).waitFor({ state: 'detached' })
    expect((await db('membership').where({ membership_id: hospital.doctorId }).first<{ role_id: string }>('role_id')).role_id).toBe(await roleOf(db, hospital.organisationId, 'finance'))
    await close()
  }, 120_000)

  test('a department somebody is in stays, and says why', async () => {
    const { page, close } = await atHospital('departments')
    await page.getByRole('button', { name: 'Delete: Radiology' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('There are still people or departments in it. Move them first.').waitFor()
    await page.getByRole('button', { name: 'Add a department' }).click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('radiology')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').getByText('Another one has this name or code. Choose another.').waitFor()
    await close()
  }, 120_000)

  test('who may manage nothing has no entry in the navigation, and is told what is missing', async () => {
    const { page, hospital, goTo, close } = await atHospital('members', 'general')
    const alert = page.getByRole('alert')
    expect(await alert.innerText()).toContain('Create and invite members')
    await goTo(`/o/${hospital.organisationId}/home`)
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).not.toContain('Management')
    await close()
  }, 120_000)

  test('a list that cannot be loaded says so and is tried again', async () => {
    const { page, hospital, close } = await atHospital('frozen-accounts')
    await page.route('**/api/invitations*', (route) => route.abort())
    await page.goto(`/o/${hospital.organisationId}/admin/invitations`)
    await page.getByText('The server does not answer. Check the connection and try again.').waitFor()
    await page.unroute('**/api/invitations*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('table', { name: 'Invitations' }).waitFor()
    await close()
  }, 120_000)

  test('a long list is read page by page', async () => {
    const { page, db, hospital, settled, close } = await atHospital('frozen-accounts')
    for (let index = 0; index < 55; index++) await aMember(db, hospital.organisationId, 'general', { name: `Doctor ${String(index)}` })
    await page.goto(`/o/${hospital.organisationId}/admin/members`)
    await settled()
    expect(await page.getByRole('table').getByRole('link').count()).toBe(50)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => page.getByRole('table').getByRole('link').count(), soon).toBe(59)
    await close()
  }, 120_000)
})
