/** The study list in Chromium: found, narrowed, opened, locked, deleted; by mouse, keyboard and finger. */
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settle } from '../server/src/body-parts/background.ts'
import { createPartTags } from '../server/src/body-parts/tags.ts'
import { createDeviceTypes } from '../server/src/organisations/device-types.ts'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type TestOrganisation } from './browser.fixture.ts'
import { aStoredStudy, listAt, shoot } from './studies.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

/** Column heads whose words do not lie within them. */
const cutHeads = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.study-table .ant-table-thead th')].filter((head) => {
  const { left, right, bottom } = head.getBoundingClientRect()
  const words = document.createRange()
  words.selectNodeContents(head.querySelector('.ant-table-column-title') ?? head)
  return [...words.getClientRects()].some((word) => word.left < left || word.right > right || word.bottom > bottom)
}).map(({ innerText }) => innerText))

/** What is written in cells that show only a part of it. */
const cutCells = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.study-table .ant-table-row .ant-table-cell-ellipsis, .study-table .study-name')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ innerText }) => innerText))

describe.skipIf(!hasProgram('chromium'))('the study list in Chromium', () => {
  let screens: ScreensUnderTest
  let north: TestOrganisation
  const uids: Record<string, string> = {}

  beforeAll(async () => {
    screens = await openScreens()
    north = await screens.organisation('hospital', 'North Hospital')
    const people = ['Zhang^Wei=张^伟', 'Li^Na=李^娜', 'Wang^Fang=王^芳', 'Smith^Anna', 'Müller^Jörg', 'Chen^Jing=陈^静']
    for (const [nth, PatientName] of people.entries()) {
      uids[PatientName] = await aStoredStudy(screens, north, {
        PatientName, PatientID: `P-${String(1000 + nth)}`, PatientSex: nth % 2 === 0 ? 'M' : 'F', PatientBirthDate: `19${String(50 + 7 * nth)}0312`, StudyDate: `202611${String(10 + nth)}`, StudyTime: '093000', AccessionNumber: `CT-2026-${String(nth)}`,
        StudyDescription: 'Thorax', BodyPartExamined: 'CHEST', InstitutionName: 'North Hospital', PatientTelephoneNumbers: '13800138000',
      }, nth === 1 ? [{ kind: 'CT', instances: 3 }, { kind: 'MR', instances: 2 }] : undefined)
    }
  }, 300_000)
  afterAll(() => screens.close())

  test.each([
    ['zh-light-desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }], ['en-dark-phone', { language: 'en', colorScheme: 'dark', viewport: phone }],
    ['en-light-desktop', { language: 'en', colorScheme: 'light', viewport: { width: 1680, height: 950 } }], ['zh-light-phone', { language: 'zh-CN', colorScheme: 'light', viewport: phone }],
  ] as const)('%s: list, detail and an empty list are accessible and fit', async (name, options) => {
    const opened = await screens.signedInPage({ ...options, organisation: north, role: 'full', name: 'Wang Fang' })
    const wrong: string[] = []
    for (const [part, rest] of [['list', ''], ['case', `?study=${uids['Li^Na=李^娜'] ?? ''}`], ['related', `?study=${uids['Li^Na=李^娜'] ?? ''}&tab=related`], ['series', `?study=${uids['Li^Na=李^娜'] ?? ''}&tab=series`], ['none', '?keyword=nobody']] as const) {
      await opened.goTo(listAt(north, rest))
      await shoot(opened.page, `${name}-${part}`)
      wrong.push(...(await seriousFindings(opened.page)).map((finding) => `${part}: ${finding}`))
      if (await overhang(opened.page) > 0) wrong.push(`${part} is wider than the screen`)
      wrong.push(...(await cutHeads(opened.page)).map((head) => `${part}: the head ${head} is cut`))
      wrong.push(...opened.complaints.splice(0).map((complaint) => `${part}: ${complaint}`))
    }
    expect(wrong).toEqual([])
    await opened.close()
  }, 120_000)

  test.each(['en', 'zh-CN'] as const)('the default columns are read whole; what is longer by pointer and by keyboard: %s', async (language) => {
    const harbour = await screens.organisation('hospital', 'Harbour Hospital')
    const exam = { StudyDate: '20261110', StudyTime: '093000', PatientBirthDate: '19610203', PatientSex: 'F', BodyPartExamined: 'CHEST' }
    await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-10234', AccessionNumber: 'CT-2026-0012', InstitutionName: '示范医院北院区' })
    await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Smith^Anna', PatientID: 'P-10235', AccessionNumber: 'MR-2026-0013', InstitutionName: 'North Hospital' }, [{ kind: 'MR', instances: 1 }])
    const { page, goTo, close } = await screens.signedInPage({ organisation: harbour, role: 'full', language, viewport: { width: 1440, height: 900 } })
    await goTo(listAt(harbour))
    const heads = () => page.locator('.study-table .ant-table-thead th').count()
    for (const [width, columns] of [[1280, 14], [1440, 16], [1920, 16]] as const) {
      await page.setViewportSize({ width, height: 900 })
      const isWithin = () => page.evaluate(() => [...document.querySelectorAll('.study-table .ant-table-header')].every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth))
      await expect.poll(async () => [width, await heads(), await cutCells(page), await cutHeads(page), await overhang(page) > 0, await isWithin()], soon).toEqual([width, columns, [], [], false, true])
      await shoot(page, `widths-${language}-${String(width)}`)
    }
    // Far longer than there is room for anywhere.
    const institution = 'The Second Affiliated Teaching Hospital of the Demonstration Medical University, Department of Interventional Radiology'
    await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Li^Na=李^娜', PatientID: 'P-1', AccessionNumber: 'A-1', InstitutionName: institution })
    await page.setViewportSize({ width: 1440, height: 900 })
    await goTo(listAt(harbour))
    await expect.poll(() => cutCells(page), soon).toEqual([institution])
    const hint = page.getByRole('tooltip')
    await page.locator('.study-table .ant-table-cell', { hasText: institution }).hover()
    await hint.getByText(institution).waitFor()
    await page.keyboard.press('Escape')
    await hint.waitFor({ state: 'detached' })
    await page.mouse.move(5, 5)
    await page.locator('.study-table').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.is-current', { hasText: institution }).waitFor()
    await page.keyboard.press('ArrowRight')
    await hint.getByText(institution).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await shoot(page, `cut-${language}`)
    await page.keyboard.press('ArrowDown')
    await hint.waitFor({ state: 'detached' })
    await close()
  }, 180_000)

  test('narrowed by tags and by types of devices of the hospital\'s own, in the address', async () => {
    const south = await screens.organisation('hospital', 'Tagged Hospital')
    await aStoredStudy(screens, south, { PatientName: 'Knee^One', BodyPartExamined: 'KNEE' })
    await aStoredStudy(screens, south, { PatientName: 'Foot^One', BodyPartExamined: 'FOOT' }, [{ kind: 'MR', instances: 1 }])
    const access = { actor: { kind: 'command', id: 'test' }, organisationId: south.organisationId, permissions: new Set<never>(), studies: 'all' } as const
    const { db } = screens.service
    const { tagId } = await createPartTags({ db }).create(access, { name: 'Knee joint', rules: [{ attribute: 'BodyPartExamined', operator: 'equals', value: 'KNEE' }], isFinal: false })
    await createDeviceTypes({ db }).create(access, { code: 'TUBE', name: 'Tunnels', modalities: ['MR', 'XA'] })
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: south, role: 'general', viewport: { width: 1440, height: 900 } })
    await goTo(listAt(south, `?tag=${tagId}`))
    await page.getByText('The rules of tags have changed').waitFor()
    await settle(db)
    await goTo(listAt(south))
    await page.getByText('2 studies', { exact: true }).waitFor()
    await expect.poll(() => cutHeads(page), soon).toEqual([])
    await shoot(page, 'tags')
    await page.getByRole('combobox', { name: 'Tags' }).click()
    await page.getByTitle('Knee joint').click()
    await page.waitForURL(`**/studies?tag=${tagId}`)
    await settled()
    await page.getByText('1 study', { exact: true }).waitFor()
    const rows = () => page.locator('.study-table .ant-table-row').allInnerTexts()
    await expect.poll(rows, soon).toEqual([expect.stringContaining('Knee One')])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Reset filters' }).click()
    await page.getByText('2 studies', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Exam type' }).fill('Tunnels')
    await page.getByTitle('TUBE · Tunnels').click()
    await page.waitForURL('**/studies?type=TUBE')
    await page.getByText('1 study', { exact: true }).waitFor()
    await expect.poll(rows, soon).toEqual([expect.stringContaining('Foot One')])
    await close()
  }, 120_000)

  test('by the keyboard: / searches, arrows choose, Enter opens the viewer; going back finds the search again', async () => {
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: north, role: 'general' })
    await goTo(listAt(north))
    await page.keyboard.press('/')
    await page.keyboard.type('smith')
    await page.keyboard.press('Enter')
    await page.waitForURL(/keyword=smith/)
    await settled()
    await page.getByText('1 study', { exact: true }).waitFor()
    await page.locator('.study-table').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.is-current', { hasText: 'Smith Anna' }).waitFor()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.locator('.study-preview .series-picture img').first().waitFor()
    await shoot(page, 'preview')
    await page.locator('.study-table').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/viewer?studies=${uids['Smith^Anna'] ?? ''}`)
    await page.goBack()
    await page.waitForURL(/studies\?keyword=smith/)
    await close()
  }, 120_000)

  test('a record is found though it arrived long ago, and says that filters were relaxed', async () => {
    const old = await aStoredStudy(screens, north, { PatientName: 'Old^Case', AccessionNumber: 'OLD-1' })
    await screens.service.db('study').where({ study_instance_uid: old }).update({ created_at: new Date(Date.now() - 90 * 86_400_000) })
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: north, role: 'general' })
    await goTo(listAt(north))
    await page.getByText('Smith Anna').first().waitFor()
    expect(await page.getByText('Old Case').count()).toBe(0)
    await goTo(listAt(north, `?record=${old}`))
    await page.getByText('Filters relaxed').waitFor()
    await page.locator('.is-current', { hasText: 'Old Case' }).waitFor()
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await settled()
    await page.getByText('Smith Anna').first().waitFor()
    await close()
  }, 120_000)

  test('what arrives is announced and moves nothing until it is wanted', async () => {
    const south = await screens.organisation('hospital', 'South Hospital')
    await aStoredStudy(screens, south, { PatientName: 'First^One' })
    const { page, goTo, close } = await screens.signedInPage({ organisation: south, role: 'general' })
    await goTo(listAt(south))
    await page.getByText('First One').first().waitFor()
    await aStoredStudy(screens, south, { PatientName: 'Second^One' })
    const chip = page.getByRole('button', { name: '1 new study' })
    await chip.waitFor({ timeout: 20_000 })
    expect(await page.locator('.study-table').getByText('Second One').count()).toBe(0)
    await chip.click()
    await page.locator('.study-table').getByText('Second One').waitFor()
    await chip.waitFor({ state: 'detached' })
    await close()
  }, 120_000)

  test('locked, marked, and deleted with a reason, by what the row offers', async () => {
    const east = await screens.organisation('hospital', 'East Hospital')
    const uid = await aStoredStudy(screens, east, { PatientName: 'Doe^John' })
    const { page, goTo, close } = await screens.signedInPage({ organisation: east, role: 'full' })
    await goTo(listAt(east))
    const choose = async (item: string) => {
      await page.getByRole('button', { name: 'More for Doe John' }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await choose('Lock')
    await page.getByRole('img', { name: 'Locked' }).waitFor()
    await page.getByRole('button', { name: 'More for Doe John' }).click()
    await page.getByRole('menuitem', { name: 'Unlock' }).waitFor()
    await expect.poll(() => page.getByRole('menuitem', { name: 'Delete' }).count(), soon).toBe(0)
    await page.getByRole('menuitem', { name: 'Unlock' }).click()
    await page.getByRole('img', { name: 'Locked' }).waitFor({ state: 'detached' })
    await choose('Add to favourites')
    await page.getByRole('img', { name: 'Favourite' }).waitFor()
    const waiting = page.waitForEvent('download')
    await choose('Download …')
    await page.getByRole('dialog', { name: 'Download the study' }).getByRole('button', { name: 'Download' }).click()
    expect((await waiting).suggestedFilename()).toMatch(/\.zip$/)
    await choose('Delete …')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Say why.').waitFor()
    await page.getByLabel('Reason').fill('wrong patient')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('No studies arrived in the last 24 hours').waitFor()
    expect(await screens.service.db('deleted_study').where({ study_instance_uid: uid }).first<{ reason: string }>('reason')).toEqual({ reason: 'wrong patient' })
    await close()
  }, 120_000)

  test('columns one chooses are there again on another device; identities only for who may see them', async () => {
    const first = await screens.signedInPage({ organisation: north, role: 'full' })
    await first.goTo(listAt(north))
    await first.page.getByRole('button', { name: 'Columns' }).click()
    const kept = () => first.page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().endsWith('/column-layouts/studies'))
    await Promise.all([kept(), first.page.getByRole('checkbox', { name: 'Phone' }).check()])
    await Promise.all([kept(), first.page.getByRole('checkbox', { name: 'Uploaded by' }).uncheck()])
    await first.page.locator('.ant-table-header').getByText('Phone').waitFor()
    const second = await screens.openPage()
    await second.page.context().addCookies([{ name: 'isocenter-session', value: await screens.sessionOf(first.accountId), url: screens.url, httpOnly: true, sameSite: 'Strict' }])
    await second.goTo(listAt(north))
    await second.page.locator('.ant-table-header').getByText('Phone').waitFor()
    expect(await second.page.locator('.ant-table-header').getByText('Uploaded by').count()).toBe(0)
    await first.close()
    await second.close()
  }, 120_000)

  test('several are viewed together, five at the most; on a phone one tap opens', async () => {
    const { page, goTo, close } = await screens.signedInPage({ organisation: north, role: 'full', viewport: { width: 1680, height: 950 } })
    await goTo(listAt(north))
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check()
    await page.getByText('At most 5 studies').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'View together' }).isDisabled(), soon).toBe(true)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('checkbox', { name: 'Select Smith Anna' }).check()
    await page.getByRole('checkbox', { name: 'Select Müller Jörg' }).check()
    await page.getByRole('button', { name: 'Share together' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Share 2 studies').waitFor()
    await shoot(page, 'share')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'View together' }).click()
    await page.waitForURL(new RegExp(`viewer\\?studies=[0-9.]+,[0-9.]+$`))
    await close()
    const small = await screens.signedInPage({ organisation: north, role: 'general', viewport: phone, hasTouch: true, isMobile: true })
    await small.goTo(listAt(north))
    await small.page.getByRole('button', { name: 'Open the images of Smith Anna' }).tap()
    await small.page.waitForURL(`**/viewer?studies=${uids['Smith^Anna'] ?? ''}`)
    await small.close()
  }, 180_000)

  test('thousands of rows scroll, and only those in sight are in the page', async () => {
    const large = await screens.organisation('hospital', 'Large Hospital')
    await screens.service.db.raw(`insert into study (organisation_id, study_instance_uid, patient_id, patient_name, attributes, created_at)
      select ?, '2.25.' || number, 'P' || number, 'Row^' || number, '{}', now() - number * interval '1 second' from generate_series(1, 3000) as number`, [large.organisationId])
    const { page, goTo, close } = await screens.signedInPage({ organisation: large, role: 'general' })
    await goTo(listAt(large, '?size=100'))
    await page.getByText('more than 1,000 studies').waitFor()
    for (const size of [200, 300, 400, 500]) {
      await page.locator('.study-table').focus()
      await page.keyboard.press('End')
      await page.getByText(`${String(size)} shown`).waitFor()
    }
    await page.keyboard.press('End')
    await page.locator('.is-current', { hasText: 'Row 500' }).waitFor()
    await expect.poll(() => page.locator('.study-table .ant-table-row').count(), soon).toBeLessThan(80)
    await close()
  }, 120_000)

  test('rows are numbered as they stand, 50 at a time or as many as is chosen; the eye of a row opens its study', async () => {
    const numbered = await screens.organisation('hospital', 'Numbered Hospital')
    await screens.service.db.raw(`insert into study (organisation_id, study_instance_uid, patient_id, patient_name, attributes, created_at)
      select ?, '2.26.' || number, 'N' || number, 'Row^' || number, '{}', now() - number * interval '1 second' from generate_series(1, 60) as number`, [numbered.organisationId])
    const { page, goTo, close } = await screens.signedInPage({ organisation: numbered, role: 'general' })
    await goTo(listAt(numbered))
    await page.getByText('50 shown').waitFor()
    const row = (name: string) => page.locator('.study-table .ant-table-row', { hasText: name })
    await expect.poll(() => row('Row 3').first().innerText(), soon).toMatch(/^\s*3\s/)
    await page.getByRole('combobox', { name: 'Rows at a time' }).click()
    await page.locator('.ant-select-item-option', { hasText: '20' }).click()
    await page.getByText('20 shown').waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get('size'), soon).toBe('20')
    await row('Row 2').first().getByRole('button', { name: 'Open the images of Row 2', exact: true }).click()
    await page.waitForURL('**/viewer?studies=2.26.2')
    await close()
  }, 120_000)

  test('who may not see studies is told so and finds no entry for them', async () => {
    const operator = await screens.signedInPage({ kind: 'platform', role: 'full' })
    await operator.goTo(listAt(operator.organisation))
    await operator.page.getByText('study.view').waitFor()
    expect(await operator.page.getByRole('link', { name: 'Studies' }).count()).toBe(0)
    await operator.close()
  }, 120_000)
})
