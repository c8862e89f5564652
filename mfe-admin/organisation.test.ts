import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type TestOrganisation } from '../mfe-shell/browser.fixture.ts'
import { anOrganisation, aPhone } from '../server/src/organisations/organisations.fixture.ts'
import { aFurnishedHospital } from './furnished.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }
/** Where screenshots go, for whoever wants to look at them. */
const pictures = process.env['SCREENSHOTS']
/** Pixels an image has across; 0 until it has loaded. */
const loadedWidth = (image: Locator) => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)

describe.skipIf(!hasProgram('chromium'))('organisation, machines and records in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 300_000)
  afterAll(() => screens.close())

  async function at(organisation: TestOrganisation, page: string, options = {}) {
    const opened = await screens.signedInPage({ organisation, name: 'Wang Fang', ...options })
    await opened.goTo(`/o/${organisation.organisationId}/admin/${page}`)
    return opened
  }
  const atHospital = async (page: string, options = {}) => {
    const hospital = await aFurnishedHospital(screens.service.db)
    return { ...await at(hospital, page, options), hospital }
  }

  test('the record is changed, and its name stands in the header', async () => {
    const { page, close } = await atHospital('settings')
    await page.getByLabel('Name', { exact: true }).fill('Northern Hospital')
    await page.getByLabel('City').fill('Hefei')
    await page.getByLabel('Level').click()
    await page.getByTitle('Grade 3, class A', { exact: true }).click()
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.getByRole('button', { name: /Northern Hospital/ }).waitFor()
    await page.reload()
    await page.getByText('Grade 3, class A').waitFor()
    await page.getByRole('switch', { name: 'Electronic film' }).click()
    await expect.poll(() => page.getByRole('switch', { name: 'Electronic film' }).getAttribute('aria-checked'), soon).toBe('true')
    await close()
  }, 120_000)

  test('a hospital invites a team by its number, the team agrees and sets a fee', async () => {
    const { db } = screens.service
    const { page, close } = await atHospital('pairings')
    const team = await anOrganisation(db, 'team', 'Eastern Reading Team')
    await page.getByRole('button', { name: 'Invite a team' }).click()
    await page.getByRole('dialog').getByLabel('Number of the team').fill('0000-none')
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click()
    await page.getByRole('dialog').getByText('No team has this number. Ask the team for it.').waitFor()
    await page.getByRole('dialog').getByLabel('Number of the team').fill(team.number)
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click()
    await page.getByRole('link', { name: 'Eastern Reading Team' }).waitFor()
    await close()

    const other = await at(team, 'pairings', { viewport: phone })
    await other.page.getByRole('link', { name: 'North Hospital' }).click()
    const drawer = other.page.getByRole('dialog', { name: 'North Hospital' })
    await drawer.getByRole('button', { name: 'Agree' }).click()
    await drawer.getByRole('button', { name: 'Set a fee' }).click()
    const form = other.page.getByRole('dialog', { name: 'Set a fee' })
    await form.getByLabel('Doctor').click()
    await other.page.getByTitle('Wang Fang').click()
    await form.getByLabel('Type', { exact: true }).click()
    await other.page.getByTitle('CT', { exact: true }).click()
    await form.getByLabel('Amount').fill('35.50')
    await form.getByRole('button', { name: 'Save' }).click()
    await drawer.getByText('35.50 CNY / study').waitFor()
    await drawer.getByRole('switch', { name: 'Take orders of this hospital' }).click()
    await drawer.getByText('Not taken').waitFor()
    await other.close()
  }, 180_000)

  test('a type of devices is added with its modalities, a device is made of it, and then it stays', async () => {
    const { page, goTo, hospital, close } = await atHospital('device-types')
    expect(await page.getByRole('button', { name: 'Delete: CT' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Add a type' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Code').fill('dsa')
    await form.getByLabel('Name').fill('Angiography')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('Choose one at least.').waitFor()
    await form.getByLabel('Code').fill('DSA')
    await form.getByLabel('Modalities').fill('XA')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Delete: DSA' }).waitFor()
    await goTo(`/o/${hospital.organisationId}/admin/devices`)
    await page.getByText('none yet').waitFor()
    await page.getByRole('button', { name: 'Add a device' }).click()
    const device = page.getByRole('dialog')
    await device.getByLabel('Name', { exact: true }).fill('Suite 1')
    await device.getByLabel('Type').click()
    await page.getByTitle('DSA · Angiography').click()
    await device.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Suite 1').waitFor()
    await goTo(`/o/${hospital.organisationId}/admin/device-types`)
    expect(await page.getByRole('button', { name: 'Delete: DSA' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Edit: DSA' }).waitFor()
    await close()
  }, 120_000)

  test('a device is deleted only after the number of its studies was typed', async () => {
    const { page, close } = await atHospital('devices')
    await page.getByRole('button', { name: 'Delete: CT room 1' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel(/Type the number of studies/).fill('7')
    await drawer.getByLabel('Reason').fill('Sold')
    await drawer.getByRole('button', { name: 'Delete' }).click()
    await drawer.getByText('This is not the number.').waitFor()
    await drawer.getByLabel(/Type the number of studies/).fill('0')
    await drawer.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No devices yet').waitFor()
    await close()
  }, 120_000)

  test('alarms of a gateway say what to do, and an order waits for its next report', async () => {
    const { page, hospital, close } = await atHospital('gateways')
    await page.getByRole('link', { name: 'CT room' }).click()
    const drawer = page.getByRole('dialog', { name: 'CT room' })
    for (const title of [
      'The server did not take what a modality told of a procedure step',
      'A modality could not be told that its images are safe',
      'Objects are kept here and go nowhere',
      'The settings were damaged; earlier ones are used',
    ]) {
      await drawer.getByText(title).waitFor()
    }
    await drawer.getByRole('table', { name: 'Film printers' }).getByRole('row', { name: 'DryView Greys 14 × 17 in and A4' }).waitFor()
    await drawer.getByRole('button', { name: 'Pause: Cloud' }).click()
    await drawer.getByRole('table', { name: 'Orders' }).getByText('Pause a node').waitFor()
    const command = await screens.service.db('gateway_command').where({ gateway_id: hospital.gatewayId }).first<{ name: string; arguments: object }>('name', 'arguments')
    expect(command).toEqual({ name: 'pauseNode', arguments: { nodeId: 'cloud' } })
    await close()
  }, 120_000)

  test('an API key is shown once, and revoked', async () => {
    const { page, close } = await atHospital('api-keys')
    await page.getByRole('button', { name: 'Make a key' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Name', { exact: true }).fill('Archive')
    await drawer.getByRole('checkbox', { name: /QIDO-RS/ }).check()
    await drawer.getByRole('button', { name: 'Make' }).click()
    expect(await page.locator('.secret').last().innerText()).toMatch(/^isokey_/)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Revoke: Archive' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('table').getByText('Revoked', { exact: true }).waitFor()
    await close()
  }, 120_000)

  test('an identity provider that does not answer is told at its address', async () => {
    const { page, close } = await atHospital('sign-in-provider')
    await page.getByRole('button', { name: 'Set one up' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Name', { exact: true }).first().fill('Hospital')
    await drawer.getByLabel('Issuer').fill('https://127.0.0.1:1')
    await drawer.getByLabel('Client ID').fill('isocenter')
    await drawer.getByRole('button', { name: 'Save' }).click()
    await drawer.locator('.ant-form-item', { hasText: 'Issuer' }).getByText(/does not answer|not allowed/).waitFor()
    await close()
  }, 120_000)

  test('a rule is changed and set back, and a test says by which ways it went', async () => {
    const { page, close } = await atHospital('notifications')
    const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'Edit: Invitation accepted' }) })
    await row.getByRole('button', { name: /^Edit:/ }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Together, once a day at').fill('07:30')
    await drawer.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Daily at 07:30').waitFor()
    await row.getByRole('button', { name: /^Send a test:/ }).click()
    await page.getByText(/^Test: /).waitFor()
    await row.getByRole('button', { name: /^Edit:/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'As the product has it' }).click()
    await row.getByText('At once').waitFor()
    await close()
  }, 120_000)

  test('the log is searched in the address and exported', async () => {
    const { page, goTo, hospital, close } = await atHospital('members')
    await page.getByRole('link', { name: 'Zhang Wei' }).last().click()
    // Reads close together are written as one entry, a little later.
    await expect.poll(async () => {
      await goTo(`/o/${hospital.organisationId}/admin/logs?group=people`)
      return page.getByText('looked at members').count()
    }, { timeout: 30_000 }).toBeGreaterThan(0)
    await page.getByRole('button', { name: /^Details:/ }).first().click()
    await page.getByRole('dialog', { name: 'Entry' }).getByText('member.read').waitFor()
    await page.keyboard.press('Escape')
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    expect((await saved).suggestedFilename()).toMatch(/-log-\d{4}-\d\d-\d\d\.csv$/)
    await close()
  }, 180_000)

  test('a deleted study is shown with its patient and restored with a reason', async () => {
    const { page, close } = await atHospital('deleted-studies?search=wang')
    await page.getByText('Stored for the wrong patient').waitFor()
    await page.getByRole('button', { name: /^Restore:/ }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('It was the right one')
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('table').getByText(/Being restored|Restored/).waitFor()
    await close()
  }, 120_000)

  test('what came for a study of another patient is shown beside that patient, and deleted with a reason', async () => {
    const { page, close } = await atHospital('quarantine')
    const row = page.getByRole('row').filter({ hasText: 'P-3 · issued by NORTH' })
    await row.getByRole('link', { name: /^Li/i }).waitFor()
    await row.getByRole('button', { name: /^Put into the study:/ }).click()
    // Who decides reads both identities, not the row behind the drawer.
    for (const identity of ['P-2 · 1988-02-29', 'P-3 · issued by NORTH · 1960-01-02']) await page.getByRole('dialog').getByText(identity).waitFor()
    // What came is no image, and the study has none: an icon, and words.
    await expect.poll(() => loadedWidth(page.getByRole('img', { name: 'An image of those that came' })), soon).toBe(256)
    await page.getByRole('dialog').getByText('No picture can be shown').waitFor()
    await page.keyboard.press('Escape')
    await row.getByRole('button', { name: /^Delete:/ }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('Sent from the wrong desk')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Nothing is held apart').waitFor()
    await close()
  }, 120_000)

  test.each([['en', desktop], ['zh-CN', phone]] as const)('who decides about what came sees an image of it beside one of the study, in %s', async (language, viewport) => {
    const { service } = screens
    const hospital = await anOrganisation(service.db, 'hospital', 'East Hospital')
    const headers = await screens.as(hospital)
    const { StudyInstanceUID, instances: there } = aStudy({ instances: 1, PatientID: 'P-2', PatientName: 'LI^NA=李^娜', Rows: 300, Columns: 400 })
    const came = aStudy({ instances: 3, StudyInstanceUID, PatientID: 'P-3', PatientName: 'WU^MING=吴^明', Rows: 600, Columns: 480 }).instances
    expect((await service.store(there.map((instance) => bytesOf(instance)), { headers })).statusCode).toBe(200)
    expect((await service.store(came.map((instance) => bytesOf(instance)), { headers })).statusCode).toBe(202)

    const { page, complaints, settled, close } = await at(hospital, 'quarantine', { language, viewport })
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: language === 'en' ? /^Put into the study:/ : /^归入检查/ }).click()
    const [thereAlt, cameAlt] = language === 'en' ? ['An image of the study that is there', 'An image of those that came'] : ['检查中已有的影像', '收到的影像']
    await expect.poll(() => loadedWidth(dialog.getByRole('img', { name: thereAlt })), soon).toBe(512)
    await expect.poll(() => loadedWidth(dialog.getByRole('img', { name: cameAlt })), soon).toBe(410)
    await settled()
    expect(await overhang(page)).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/held-apart-${language}.png` })
    // Of many images a lot at a time goes into the study; who waits sees how far it is.
    const [asked, seen] = [[] as unknown[], Promise.withResolvers<void>()]
    await page.route('**/acceptance', async (route) => {
      asked.push(route.request().postDataJSON())
      if (asked.length === 1) return route.fulfill({ json: { instances: 1, remaining: 2, next: 'from-here' } })
      await seen.promise
      return route.continue({ postData: JSON.stringify({ reason: 'Theirs after all' }) })
    })
    await dialog.getByRole('textbox').fill('Theirs after all')
    await dialog.getByRole('button', { name: language === 'en' ? 'Put into the study' : '归入检查' }).click()
    await dialog.getByRole('status').getByText(language === 'en' ? '1 of 3 images are in the study.' : '3 幅影像中已有 1 幅归入检查').waitFor()
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/held-apart-lots-${language}.png` })
    seen.resolve()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(language === 'en' ? 'Nothing is held apart' : '没有隔离的影像').waitFor()
    expect(asked).toEqual([{ reason: 'Theirs after all' }, { reason: 'Theirs after all', cursor: 'from-here' }])
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  test('who may not open studies decides by what came and the names', async () => {
    const hospital = await aFurnishedHospital(screens.service.db)
    const { page, close, membershipId } = await at(hospital, 'quarantine', { role: 'administrator' })
    const { role_id } = await screens.service.db('membership').where({ membership_id: membershipId }).first<{ role_id: string }>('role_id')
    await screens.service.db('role').where({ role_id }).update({ permissions: ['admin.data_maintain'] })
    await page.reload()
    await page.getByRole('button', { name: /^Put into the study:/ }).click()
    await page.getByRole('dialog').getByText('You may not open studies').waitFor()
    await expect.poll(() => loadedWidth(page.getByRole('img', { name: 'An image of those that came' })), soon).toBe(256)
    await close()
  }, 120_000)

  test('a consortium makes a hospital, and its administrator\'s password is shown once', async () => {
    const { db } = screens.service
    const consortium = await anOrganisation(db, 'consortium', 'Medical Union')
    const { page, close } = await at(consortium, 'hospitals')
    await page.getByRole('button', { name: 'Add a hospital' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByLabel('Name', { exact: true }).fill('Lake Hospital')
    await drawer.getByLabel('Name of the person').fill('Sun Li')
    await drawer.getByLabel('Phone').fill(aPhone())
    await drawer.getByRole('button', { name: 'Make' }).click()
    await page.getByRole('dialog', { name: 'Lake Hospital has been made' }).waitFor()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Modules of Lake Hospital' }).click()
    await page.getByRole('dialog').getByRole('checkbox', { name: 'Teaching' }).uncheck()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => page.getByRole('table').getByText('Teaching').count(), soon).toBe(0)
    await close()
  }, 120_000)

  test('what one operator asks to be removed for good, another one agrees to', async () => {
    const { db } = screens.service
    await aFurnishedHospital(db, 'East Hospital')
    const platform = await anOrganisation(db, 'platform', 'Operator')
    const first = await at(platform, 'purges?tab=studies')
    await first.page.getByRole('row').filter({ hasText: 'East Hospital' }).getByRole('checkbox').check()
    await first.page.getByRole('button', { name: 'Ask for 1 to be removed' }).click()
    await first.page.getByRole('dialog').getByLabel('Reason').fill('Court order')
    await first.page.getByRole('dialog').getByRole('button', { name: 'Ask for 1 to be removed' }).click()
    const row = first.page.getByRole('row').filter({ hasText: 'Court order' })
    await row.waitFor()
    expect(await row.getByRole('button').allInnerTexts()).toEqual(['Withdraw'])
    await first.close()
    const second = await at(platform, 'purges', { name: 'Li Ming' })
    await second.page.getByRole('row').filter({ hasText: 'Court order' }).getByRole('button', { name: 'Agree' }).click()
    await second.page.getByRole('dialog').getByRole('button', { name: 'Agree' }).click()
    await second.page.getByRole('row').filter({ hasText: 'Court order' }).getByText('Agreed').waitFor()
    await second.close()
  }, 180_000)
})
