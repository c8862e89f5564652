/** The study list in Chromium: found, narrowed, opened, locked, deleted; by mouse, keyboard and finger. */
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zipped } from './src/studies/upload/zip.fixture.ts'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type TestOrganisation } from './browser.fixture.ts'

const pictures = process.env['SCREENSHOTS']

describe.skipIf(!hasProgram('chromium'))('the study list in Chromium', () => {
  let screens: ScreensUnderTest
  let north: TestOrganisation
  const uids: Record<string, string> = {}

  const store = async (organisation: TestOrganisation, given: Parameters<typeof attributes>[0], series: NonNullable<Parameters<typeof aStudy>[0]>['series'] = [{ kind: 'CT', instances: 3 }]) => {
    const { slug } = await screens.service.db('organisation').where({ organisation_id: organisation.organisationId }).first<{ slug: string }>('slug')
    const study = aStudy({ series })
    await screens.service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes(given) })), { headers: await screens.service.as(slug) })
    return study.StudyInstanceUID
  }
  beforeAll(async () => {
    screens = await openScreens()
    north = await screens.organisation('hospital', 'North Hospital')
    const people = ['Zhang^Wei=张^伟', 'Li^Na=李^娜', 'Wang^Fang=王^芳', 'Smith^Anna', 'Müller^Jörg', 'Chen^Jing=陈^静']
    for (const [nth, PatientName] of people.entries()) {
      uids[PatientName] = await store(north, {
        PatientName, PatientID: `P-${String(1000 + nth)}`, PatientSex: nth % 2 === 0 ? 'M' : 'F', PatientBirthDate: `19${String(50 + 7 * nth)}0312`, StudyDate: `202611${String(10 + nth)}`, StudyTime: '093000', AccessionNumber: `CT-2026-${String(nth)}`,
        StudyDescription: 'Thorax', BodyPartExamined: 'CHEST', InstitutionName: 'North Hospital', PatientTelephoneNumbers: '13800138000',
      }, nth === 1 ? [{ kind: 'CT', instances: 3 }, { kind: 'MR', instances: 2 }] : undefined)
    }
  }, 180_000)
  afterAll(() => screens.close())

  const at = (organisation: TestOrganisation, rest = '') => `/o/${organisation.organisationId}/studies${rest}`
  const shoot = async (page: { screenshot: (options: { path: string }) => Promise<unknown> }, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/studies-${name}.png` }) }

  test.each([
    ['zh-light-desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }], ['en-dark-phone', { language: 'en', colorScheme: 'dark', viewport: phone }],
    ['en-light-desktop', { language: 'en', colorScheme: 'light', viewport: { width: 1680, height: 950 } }], ['zh-light-phone', { language: 'zh-CN', colorScheme: 'light', viewport: phone }],
  ] as const)('%s: list, detail and an empty list are accessible and fit', async (name, options) => {
    const opened = await screens.signedInPage({ ...options, organisation: north, role: 'full', name: 'Wang Fang' })
    const wrong: string[] = []
    for (const [part, rest] of [['list', ''], ['case', `?study=${uids['Li^Na=李^娜'] ?? ''}`], ['related', `?study=${uids['Li^Na=李^娜'] ?? ''}&tab=related`], ['series', `?study=${uids['Li^Na=李^娜'] ?? ''}&tab=series`], ['none', '?keyword=nobody']] as const) {
      await opened.goTo(at(north, rest))
      await shoot(opened.page, `${name}-${part}`)
      wrong.push(...(await seriousFindings(opened.page)).map((finding) => `${part}: ${finding}`))
      if (await overhang(opened.page) > 0) wrong.push(`${part} is wider than the screen`)
      wrong.push(...opened.complaints.splice(0).map((complaint) => `${part}: ${complaint}`))
    }
    expect(wrong).toEqual([])
    await opened.close()
  }, 120_000)

  test('by the keyboard: / searches, arrows choose, Enter opens the viewer; going back finds the search again', async () => {
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: north, role: 'general' })
    await goTo(at(north))
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
  }, 60_000)

  test('a record is found though it arrived long ago, and says that filters were relaxed', async () => {
    const old = await store(north, { PatientName: 'Old^Case', AccessionNumber: 'OLD-1' })
    await screens.service.db('study').where({ study_instance_uid: old }).update({ created_at: new Date(Date.now() - 90 * 86_400_000) })
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: north, role: 'general' })
    await goTo(at(north))
    expect(await page.getByText('Old Case').count()).toBe(0)
    await goTo(at(north, `?record=${old}`))
    await page.getByText('Filters relaxed').waitFor()
    await page.locator('.is-current', { hasText: 'Old Case' }).waitFor()
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await settled()
    await page.getByText('Smith Anna').first().waitFor()
    await close()
  }, 60_000)

  test('files are added to a study, looked at, and deleted after a question', async () => {
    const west = await screens.organisation('hospital', 'West Hospital')
    const uid = await store(west, { PatientName: 'Zhang^Wei' })
    const opened = await screens.signedInPage({ organisation: west, role: 'full' })
    const { page, goTo, settled, close } = opened
    await goTo(at(west, `?study=${uid}&tab=attachments`))
    await page.getByText('No attachments').waitFor()
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    await page.locator('input[type=file][aria-label="Choose files"]').setInputFiles([
      { name: 'Referral.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF') },
      { name: '外伤照片.png', mimeType: 'image/png', buffer: png }, { name: 'program.pdf', mimeType: 'application/pdf', buffer: Buffer.from('MZ this is a program') },
    ])
    await page.getByText('program.pdf: The file is no PDF').waitFor()
    await page.getByText('外伤照片.png', { exact: true }).waitFor()
    await settled()
    await shoot(page, 'attachments')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'View 外伤照片.png' }).first().click()
    const picture = page.locator('.attachment-view img')
    await picture.waitFor()
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.attachment-view img')?.naturalWidth ?? 0) > 0)
    await shoot(page, 'attachment-view')
    const kept = page.waitForEvent('download')
    await page.locator('.ant-modal-footer').getByText('Download').click()
    expect((await kept).suggestedFilename()).toBe('外伤照片.png')
    await page.keyboard.press('Escape')
    await picture.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete Referral.pdf' }).click()
    await page.locator('.ant-modal-confirm').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Referral.pdf', { exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('checkbox', { name: 'Show deleted ones' }).check()
    await page.getByRole('button', { name: 'Restore Referral.pdf' }).click()
    await page.getByRole('button', { name: 'Delete Referral.pdf' }).waitFor()
    expect(opened.complaints.splice(0).filter((complaint) => !complaint.includes('422'))).toEqual([])
    await close()
  }, 90_000)

  test('a case is corrected beside what its images say, a view kept and begun with, a colleague told', async () => {
    const centre = await screens.organisation('hospital', 'Centre Hospital')
    const uid = await store(centre, { PatientName: 'Zang^Wei', PatientID: 'P-1', StudyDescription: 'CT Thorax nodule', BodyPartExamined: 'CHEST' })
    await store(centre, { PatientName: 'Alike^Case', PatientID: 'P-2', StudyDescription: 'Thorax nodule', BodyPartExamined: 'CHEST' })
    const colleague = await screens.signedInPage({ organisation: centre, role: 'general', name: 'Chen Jing', language: 'en' })
    const opened = await screens.signedInPage({ organisation: centre, role: 'full', viewport: { width: 1440, height: 900 } })
    const { page, goTo, settled, close } = opened
    await goTo(at(centre, `?study=${uid}`))
    await page.getByRole('button', { name: 'Correct …' }).click()
    const form = page.locator('.ant-drawer', { hasText: 'Corrections are kept' }).last()
    await form.getByLabel('Name', { exact: true }).fill('Zhang^Wei=张^伟')
    await settled()
    await shoot(page, 'correcting')
    expect(await seriousFindings(page)).toEqual([])
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('In the images: Zang Wei').waitFor()
    await page.locator('.study-table').getByText('Zhang Wei').waitFor()
    await shoot(page, 'corrected')
    await page.getByRole('tab', { name: /Related/ }).click()
    await page.getByRole('button', { name: 'Find similar cases' }).click()
    await page.getByText('In common: CHEST, CT, “thorax”, “nodule”').waitFor()
    await shoot(page, 'similar')
    await page.getByRole('button', { name: 'Share with a colleague …' }).click()
    await page.getByRole('combobox', { name: 'Colleagues' }).fill('Chen')
    await page.getByTitle('Chen Jing').click()
    await page.keyboard.press('Escape')
    await page.getByLabel('Message').fill('Please look at the nodule')
    await shoot(page, 'colleague')
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByText('Shared', { exact: true }).waitFor()
    await screens.service.notifying.telling.tellDue()
    await colleague.goTo('/notifications')
    await colleague.page.getByText('has shared a study with you').first().waitFor()
    await goTo(at(centre, '?type=CT&range=any'))
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('button', { name: 'Keep this view …' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('All CT')
    await page.getByRole('checkbox', { name: 'Begin with this view' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(/view=/)
    await page.getByRole('button', { name: 'All CT' }).waitFor()
    await shoot(page, 'view')
    expect(await overhang(page)).toBe(0)
    // The usual columns fit.
    expect(await page.locator('.ant-table-tbody-virtual').evaluate((table) => (table.firstElementChild?.scrollWidth ?? 0) - table.clientWidth)).toBeLessThanOrEqual(0)
    // As who comes the next morning.
    await page.goto(new URL(at(centre), page.url()).href)
    await page.waitForURL(/type=CT.*view=/)
    expect(opened.complaints.splice(0)).toEqual([])
    await colleague.close()
    await close()
  }, 120_000)

  test('what arrives is announced and moves nothing until it is wanted', async () => {
    const south = await screens.organisation('hospital', 'South Hospital')
    await store(south, { PatientName: 'First^One' })
    const { page, goTo, close } = await screens.signedInPage({ organisation: south, role: 'general' })
    await goTo(at(south))
    await page.getByText('First One').first().waitFor()
    await store(south, { PatientName: 'Second^One' })
    const chip = page.getByRole('button', { name: '1 new study' })
    await chip.waitFor({ timeout: 20_000 })
    expect(await page.locator('.study-table').getByText('Second One').count()).toBe(0)
    await chip.click()
    await page.locator('.study-table').getByText('Second One').waitFor()
    await chip.waitFor({ state: 'detached' })
    await close()
  }, 60_000)

  test('locked, marked, and deleted with a reason, by what the row offers', async () => {
    const east = await screens.organisation('hospital', 'East Hospital')
    const uid = await store(east, { PatientName: 'Doe^John' })
    const { page, goTo, close } = await screens.signedInPage({ organisation: east, role: 'full' })
    await goTo(at(east))
    const choose = async (item: string) => {
      await page.getByRole('button', { name: 'More for Doe John' }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await choose('Lock')
    await page.getByRole('img', { name: 'Locked' }).waitFor()
    await page.getByRole('button', { name: 'More for Doe John' }).click()
    expect(await page.getByRole('menuitem', { name: 'Delete' }).count()).toBe(0)
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
  }, 60_000)

  test('columns one chooses are there again on another device; identities only for who may see them', async () => {
    const first = await screens.signedInPage({ organisation: north, role: 'full' })
    await first.goTo(at(north))
    await first.page.getByRole('button', { name: 'Columns' }).click()
    await first.page.getByRole('checkbox', { name: 'Phone' }).check()
    await first.page.getByRole('checkbox', { name: 'Uploaded by' }).uncheck()
    await first.page.locator('.ant-table-header').getByText('Phone').waitFor()
    await first.page.waitForLoadState('networkidle').catch(() => undefined)
    const second = await screens.openPage()
    await second.page.context().addCookies([{ name: 'isocenter-session', value: await screens.sessionOf(first.accountId), url: screens.url, httpOnly: true, sameSite: 'Strict' }])
    await second.goTo(at(north))
    await second.page.locator('.ant-table-header').getByText('Phone').waitFor()
    expect(await second.page.locator('.ant-table-header').getByText('Uploaded by').count()).toBe(0)
    await first.close()
    await second.close()
  }, 60_000)

  test('several are viewed together, five at the most; on a phone one tap opens', async () => {
    const { page, goTo, close } = await screens.signedInPage({ organisation: north, role: 'full', viewport: { width: 1680, height: 950 } })
    await goTo(at(north))
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check()
    expect(await page.getByRole('button', { name: 'View together' }).isDisabled()).toBe(true)
    await page.getByText('At most 5 studies').waitFor()
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
    await small.goTo(at(north))
    await small.page.getByRole('button', { name: 'Open the images of Smith Anna' }).tap()
    await small.page.waitForURL(`**/viewer?studies=${uids['Smith^Anna'] ?? ''}`)
    await small.close()
  }, 90_000)

  test('files and archives are uploaded, each with what came of it, and the study is there', async () => {
    const west = await screens.organisation('hospital', 'West Hospital')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: west, role: 'general', viewport: { width: 1680, height: 950 } })
    const objects = (PatientName: string) => aStudy({ series: [{ kind: 'CT', instances: 3 }] }).instances.map((instance) => Buffer.from(bytesOf({ ...instance, ...attributes({ PatientName }) })))
    await goTo(at(west))
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.locator('.drop-field').waitFor()
    const [one, two, three] = objects('Files^By')
    await page.locator('.drop-field input[type=file]').first().setInputFiles([
      { name: '1.dcm', mimeType: 'application/dicom', buffer: one ?? Buffer.alloc(0) }, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not an image') },
      { name: 'study.zip', mimeType: 'application/zip', buffer: Buffer.from(zipped([{ name: 'a/2.dcm', bytes: two ?? Buffer.alloc(0) }, { name: 'a/3.dcm', bytes: three ?? Buffer.alloc(0) }, { name: 'large', bytes: Buffer.alloc(20 * 1024 * 1024) }])) },
      { name: 'broken.zip', mimeType: 'application/zip', buffer: Buffer.from('no archive at all') },
    ])
    await page.getByRole('button', { name: 'Upload 3 files' }).click()
    await page.getByText('6 of 6 files done').waitFor({ timeout: 20_000 })
    expect(await page.locator('.upload-items .ant-tag').allInnerTexts()).toEqual(['Too large', 'Cannot be read', 'Not a DICOM image, left out', 'Stored', 'Stored', 'Stored'])
    await shoot(page, 'upload')
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.getByRole('link', { name: 'Show the study' }).click()
    await page.getByText('Filters relaxed').waitFor()
    await page.locator('.is-current', { hasText: 'Files By' }).waitFor()
    expect(await screens.service.db('study').where({ organisation_id: west.organisationId }).select('number_of_study_related_instances', 'stored_by')).toMatchObject([{ number_of_study_related_instances: 3, stored_by: expect.stringMatching(/^account:/) as string }])
    await close()
  }, 90_000)

  test.each([['en', 'light', { width: 1440, height: 900 }], ['zh-CN', 'dark', phone]] as const)('what the files say is filled in, a difference is confirmed and stands in the list beside it: %s', async (language, colorScheme, viewport) => {
    const port = await screens.organisation('hospital', 'Port Hospital')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: port, role: 'full', language, colorScheme, viewport })
    const isEnglish = language === 'en'
    const words = isEnglish ? { upload: 'Upload', name: 'Name', study: 'Study number', sendAll: 'Upload 3 files', confirm: 'What I typed is right', inFiles: 'In the files: Zang^Wei=', two: 'Files of 2 patients', done: '3 of 3 files done', show: 'Show study 1' }
      : { upload: '上传', name: '姓名', study: '检查号', sendAll: '上传 3 个文件', confirm: '我填写的内容正确', inFiles: '文件中：Zang^Wei=', two: '所选文件属于 2 位患者', done: '已完成 3 / 3 个文件', show: '查看检查 1' }
    const objects = (PatientName: string, PatientID: string) => aStudy({ series: [{ kind: 'CT', instances: 2 }] }).instances.map((instance) => Buffer.from(bytesOf({ ...instance, ...attributes({ PatientName, PatientID, AccessionNumber: 'A-1', PatientSex: 'M', StudyDate: '20261120', StudyDescription: 'Thorax' }) })))
    const [one, two] = objects('Zang^Wei=臧^伟', 'P-1')
    const [other] = objects('Li^Na', 'P-2')
    await goTo(at(port, '?upload=1'))
    await page.locator('.drop-field input[type=file]').first().setInputFiles([
      { name: 'zhang.zip', mimeType: 'application/zip', buffer: Buffer.from(zipped([{ name: '1', bytes: one ?? Buffer.alloc(0) }, { name: '2', bytes: two ?? Buffer.alloc(0) }])) }, { name: '3.dcm', mimeType: 'application/dicom', buffer: other ?? Buffer.alloc(0) },
    ])
    await page.getByText(words.two).waitFor()
    const form = page.locator('.chosen-study').filter({ has: page.locator('input[value="P-1"]') })
    expect(await form.getByLabel(words.name, { exact: true }).inputValue()).toBe('Zang^Wei=臧^伟')
    expect(await form.getByLabel(words.study, { exact: true }).inputValue()).toBe('A-1')
    await form.getByLabel(words.name, { exact: true }).fill('Zhang^Wei=张^伟')
    await page.getByText(words.inFiles).waitFor()
    const send = page.getByRole('button', { name: words.sendAll })
    expect(await send.isDisabled()).toBe(true)
    await shoot(page, `upload-review-${language}`)
    expect(await seriousFindings(page)).toEqual([])
    expect(await overhang(page)).toBe(0)
    await page.getByRole('checkbox', { name: words.confirm }).check()
    await send.click()
    await page.getByText(words.done).waitFor({ timeout: 20_000 })
    await shoot(page, `upload-corrected-${language}`)
    // The same study under another patient's number: it is said before anything is sent.
    const strange = aStudy({ series: [{ kind: 'CT', instances: 1 }] }).instances[0]
    const { study_instance_uid: uid } = await screens.service.db('study').where({ organisation_id: port.organisationId, patient_id: 'P-2' }).first<{ study_instance_uid: string }>('study_instance_uid')
    await page.locator('.drop-field input[type=file]').first().setInputFiles([{ name: '4.dcm', mimeType: 'application/dicom', buffer: Buffer.from(bytesOf({ ...strange, ...attributes({ StudyInstanceUID: uid, PatientName: 'Wu^Ming', PatientID: 'P-3' }) })) }])
    await page.getByText(isEnglish ? 'of another patient' : '属于其他患者').waitFor()
    expect(await page.getByRole('button', { name: isEnglish ? 'Upload 1 file' : '上传 1 个文件' }).isDisabled()).toBe(true)
    await shoot(page, `upload-another-patient-${language}`)
    await page.getByRole('button', { name: isEnglish ? 'Remove from the list' : '从列表中移除' }).click()
    expect(await screens.service.db('study').leftJoin('study_correction', (join) => { join.on('study_correction.organisation_id', 'study.organisation_id').andOn('study_correction.study_instance_uid', 'study.study_instance_uid') }).where('study.organisation_id', port.organisationId).orderBy('study.patient_id').select('patient_name', 'study_correction.version', screens.service.db.raw("corrections -> 'PatientName' ->> 'value' as corrected")))
      .toEqual([{ patient_name: 'Zang^Wei=臧^伟', version: 1, corrected: 'Zhang^Wei=张^伟' }, { patient_name: 'Li^Na', version: null, corrected: null }])
    await goTo(at(port))
    await page.getByText('张伟').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  }, 90_000)

  test.each([['en', 'light', { width: 1440, height: 900 }], ['zh-CN', 'dark', phone]] as const)('pictures and a document become a study of their category, others are added to it: %s', async (language, colorScheme, viewport) => {
    const clinic = await screens.organisation('hospital', 'Eye Clinic')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: clinic, role: 'full', language, colorScheme, viewport })
    const isEnglish = language === 'en'
    const words = isEnglish ? { category: 'Category', endoscopy: 'Endoscopy', name: 'Name', id: 'Patient ID', date: 'Date', region: 'Looked into', stomach: 'Stomach', send: 'Upload 3 files', sendOne: 'Upload 1 file', done: '4 of 4 files done', doneAll: '5 of 5 files done', anew: 'Turned upright or compressed anew', broken: 'The picture is damaged', study: 'Study', patient: 'Patient and date are those of the study.', ultrasound: 'Ultrasound' }
      : { category: '检查类别', endoscopy: '内镜', name: '姓名', id: '患者编号', date: '日期', region: '检查部位', stomach: '胃', send: '上传 3 个文件', sendOne: '上传 1 个文件', done: '已完成 4 / 4 个文件', doneAll: '已完成 5 / 5 个文件', anew: '已转正或重新压缩', broken: '图片已损坏', study: '检查', patient: '患者与日期以该检查为准。', ultrasound: '超声' }
    const picture = (isProgressive: boolean) => page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
      const pen = canvas.getContext('2d')
      for (let nth = 0; nth < 32 && pen !== null; nth++) {
        pen.fillStyle = `hsl(${String(nth * 11)} 70% 50%)`
        pen.fillRect(nth * 10, 0, 10, 240)
      }
      const blob = await new Promise<Blob | null>((done) => { canvas.toBlob(done, 'image/jpeg', 0.9) })
      return btoa(String.fromCharCode(...new Uint8Array(await (blob ?? new Blob()).arrayBuffer())))
    }).then((encoded) => Buffer.from(encoded, 'base64')).then((jpeg) => (isProgressive ? sharp(jpeg).jpeg({ progressive: true }).toBuffer() : jpeg))
    const choose = async (label: string, option: string) => {
      await page.getByLabel(label, { exact: true }).last().click()
      await page.locator('.ant-select-item-option', { hasText: option }).last().click()
    }
    await goTo(at(clinic, '?upload=1'))
    const chooser = page.locator('.drop-field input[type=file]').first()
    await chooser.setInputFiles([
      { name: 'stomach.jpg', mimeType: 'image/jpeg', buffer: await picture(false) }, { name: 'phone.jpg', mimeType: 'image/jpeg', buffer: await picture(true) }, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') },
      { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF') },
    ])
    const send = page.getByRole('button', { name: words.send })
    await send.waitFor()
    expect(await send.isDisabled()).toBe(true)
    await choose(words.category, words.endoscopy)
    await page.getByLabel(words.name, { exact: true }).fill('Zhang^Wei=张^伟')
    await page.getByLabel(words.id, { exact: true }).fill('P-7')
    await page.getByLabel(words.date, { exact: true }).fill('2026-11-20')
    expect(await send.isDisabled()).toBe(true)
    await choose(words.region, words.stomach)
    await shoot(page, `upload-files-${language}`)
    expect(await seriousFindings(page)).toEqual([])
    expect(await overhang(page)).toBe(0)
    await send.click()
    await page.getByText(words.done).waitFor({ timeout: 20_000 })
    await page.getByText(words.anew).waitFor()
    await shoot(page, `upload-files-done-${language}`)
    const rows = () => screens.service.db('series').where({ organisation_id: clinic.organisationId }).orderBy('number_of_series_related_instances').select<{ modality: string; number_of_series_related_instances: number }[]>('modality', 'number_of_series_related_instances')
    expect(await rows()).toEqual([{ modality: 'ES', number_of_series_related_instances: 1 }, { modality: 'ES', number_of_series_related_instances: 2 }])
    // One more, into the study that is there now.
    await chooser.setInputFiles([{ name: 'liver.jpg', mimeType: 'image/jpeg', buffer: await picture(false) }])
    await choose(words.category, words.ultrasound)
    await page.locator('#files-study').fill('P-7')
    await page.locator('.ant-select-item-option', { hasText: 'P-7' }).click()
    await page.getByText(words.patient).waitFor()
    await page.getByRole('button', { name: words.sendOne }).click()
    await page.getByText(words.doneAll).waitFor({ timeout: 20_000 })
    expect(await screens.service.db('study').where({ organisation_id: clinic.organisationId }).select('patient_id', 'number_of_study_related_series', 'number_of_study_related_instances')).toEqual([{ patient_id: 'P-7', number_of_study_related_series: 3, number_of_study_related_instances: 4 }])
    expect(complaints).toEqual([])
    await close()
  }, 90_000)

  test('thousands of rows scroll, and only those in sight are in the page', async () => {
    const large = await screens.organisation('hospital', 'Large Hospital')
    await screens.service.db.raw(`insert into study (organisation_id, study_instance_uid, patient_id, patient_name, attributes, created_at)
      select ?, '2.25.' || number, 'P' || number, 'Row^' || number, '{}', now() - number * interval '1 second' from generate_series(1, 3000) as number`, [large.organisationId])
    const { page, goTo, close } = await screens.signedInPage({ organisation: large, role: 'general' })
    await goTo(at(large, '?size=100'))
    await page.getByText('more than 1,000 studies').waitFor()
    for (const size of [200, 300, 400, 500]) {
      await page.locator('.study-table').focus()
      await page.keyboard.press('End')
      await page.getByText(`${String(size)} shown`).waitFor()
    }
    await page.keyboard.press('End')
    await page.locator('.is-current', { hasText: 'Row 500' }).waitFor()
    expect(await page.locator('.study-table .ant-table-row').count()).toBeLessThan(80)
    await close()
  }, 60_000)

  test('who may not see studies is told so and finds no entry for them', async () => {
    const operator = await screens.signedInPage({ kind: 'platform', role: 'full' })
    await operator.goTo(at(operator.organisation))
    await operator.page.getByText('study.view').waitFor()
    expect(await operator.page.getByRole('link', { name: 'Studies' }).count()).toBe(0)
    await operator.close()
  }, 60_000)
})
