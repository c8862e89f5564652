/** Uploads in Chromium: DICOM files and archives, what they say put right before they are sent, pictures and documents that become studies. */
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, overhang, phone, seriousFindings, type ScreensUnderTest } from './browser.fixture.ts'
import { aPicture } from './picture.fixture.ts'
import { zipped } from './src/studies/upload/zip.fixture.ts'
import { listAt, shoot } from './studies.fixture.ts'

/** A file as a person chooses it. */
const aFile = (name: string, bytes: Uint8Array, mimeType = 'application/dicom') => ({ name, mimeType, buffer: Buffer.from(bytes) })
/** The files of a study of so many objects that have these attributes. */
const objectsOf = (instances: number, given: Parameters<typeof attributes>[0]): Uint8Array[] => aStudy({ series: [{ kind: 'CT', instances }] }).instances.map((instance) => bytesOf({ ...instance, ...attributes(given) }))
const nothing = new Uint8Array()
/** The machine of a test may be busy. */
const soon = { timeout: 20_000 }

describe.skipIf(!hasProgram('chromium'))('uploads in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens() }, 300_000)
  afterAll(() => screens.close())

  test('files and archives are uploaded, each with what came of it, and the study is there', async () => {
    const west = await screens.organisation('hospital', 'West Hospital')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: west, role: 'general', viewport: { width: 1680, height: 950 } })
    await goTo(listAt(west))
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.locator('.drop-field').waitFor()
    const [one = nothing, two = nothing, three = nothing] = objectsOf(3, { PatientName: 'Files^By' })
    await page.locator('.drop-field input[type=file]').first().setInputFiles([
      aFile('1.dcm', one), aFile('notes.txt', Buffer.from('not an image'), 'text/plain'),
      aFile('study.zip', zipped([{ name: 'a/2.dcm', bytes: two }, { name: 'a/3.dcm', bytes: three }, { name: 'large', bytes: Buffer.alloc(20 * 1024 * 1024) }]), 'application/zip'),
      aFile('broken.zip', Buffer.from('no archive at all'), 'application/zip'),
    ])
    await page.getByRole('button', { name: 'Upload 3 files' }).click()
    await page.getByText('6 of 6 files done').waitFor(soon)
    await expect.poll(() => page.locator('.upload-items .ant-tag').allInnerTexts(), soon).toEqual(['Too large', 'Cannot be read', 'Not a DICOM image, left out', 'Stored', 'Stored', 'Stored'])
    await shoot(page, 'upload')
    expect(await seriousFindings(page)).toEqual([])
    // Once more, beside an object of the same study that says another patient: nothing is stored twice, and nothing is lost.
    const { study_instance_uid: StudyInstanceUID } = await screens.service.db('study').where({ organisation_id: west.organisationId }).first<{ study_instance_uid: string }>('study_instance_uid')
    const [stranger] = aStudy({ instances: 1, StudyInstanceUID, PatientID: 'P-OTHER' }).instances
    await page.locator('.drop-field input[type=file]').first().setInputFiles([aFile('1-again.dcm', one), aFile('stranger.dcm', bytesOf(stranger ?? {}))])
    await page.getByRole('checkbox').first().check()
    await page.getByRole('button', { name: 'Upload 2 files' }).click()
    await page.getByText('8 of 8 files done').waitFor(soon)
    await page.locator('.upload-items li', { hasText: '1-again.dcm' }).getByText('Already there').waitFor()
    await page.locator('.upload-items li', { hasText: 'stranger.dcm' }).getByText('Held: another patient is in this study').waitFor()
    await shoot(page, 'upload-held')
    expect(complaints).toEqual([])
    await page.getByRole('link', { name: 'Show the study' }).click()
    await page.getByText('Filters relaxed').waitFor()
    await page.locator('.is-current', { hasText: 'Files By' }).waitFor()
    expect(await screens.service.db('study').where({ organisation_id: west.organisationId }).select('number_of_study_related_instances', 'stored_by')).toMatchObject([{ number_of_study_related_instances: 3, stored_by: expect.stringMatching(/^account:/) as string }])
    await close()
  }, 180_000)

  test.each([['en', 'light', { width: 1440, height: 900 }], ['zh-CN', 'dark', phone]] as const)('what the files say is filled in, a difference is confirmed and stands in the list beside it: %s', async (language, colorScheme, viewport) => {
    const port = await screens.organisation('hospital', 'Port Hospital')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: port, role: 'full', language, colorScheme, viewport })
    const isEnglish = language === 'en'
    const words = isEnglish ? { name: 'Name', study: 'Study number', sendAll: 'Upload 3 files', confirm: 'What I typed is right', inFiles: 'In the files: Zang^Wei=', two: 'Files of 2 patients', done: '3 of 3 files done' }
      : { name: '姓名', study: '检查号', sendAll: '上传 3 个文件', confirm: '我填写的内容正确', inFiles: '文件中：Zang^Wei=', two: '所选文件属于 2 位患者', done: '已完成 3 / 3 个文件' }
    const alike = { AccessionNumber: 'A-1', PatientSex: 'M', StudyDate: '20261120', StudyDescription: 'Thorax' }
    const [one = nothing, two = nothing] = objectsOf(2, { ...alike, PatientName: 'Zang^Wei=臧^伟', PatientID: 'P-1' })
    const [other = nothing] = objectsOf(2, { ...alike, PatientName: 'Li^Na', PatientID: 'P-2' })
    await goTo(listAt(port, '?upload=1'))
    await page.locator('.drop-field input[type=file]').first().setInputFiles([aFile('zhang.zip', zipped([{ name: '1', bytes: one }, { name: '2', bytes: two }]), 'application/zip'), aFile('3.dcm', other)])
    await page.getByText(words.two).waitFor()
    const form = page.locator('.chosen-study').filter({ has: page.locator('input[value="P-1"]') })
    await expect.poll(() => form.getByLabel(words.name, { exact: true }).inputValue(), soon).toBe('Zang^Wei=臧^伟')
    await expect.poll(() => form.getByLabel(words.study, { exact: true }).inputValue(), soon).toBe('A-1')
    await form.getByLabel(words.name, { exact: true }).fill('Zhang^Wei=张^伟')
    await page.getByText(words.inFiles).waitFor()
    const send = page.getByRole('button', { name: words.sendAll })
    await expect.poll(() => send.isDisabled(), soon).toBe(true)
    await shoot(page, `upload-review-${language}`)
    expect(await seriousFindings(page)).toEqual([])
    expect(await overhang(page)).toBe(0)
    await page.getByRole('checkbox', { name: words.confirm }).check()
    await send.click()
    await page.getByText(words.done).waitFor(soon)
    await shoot(page, `upload-corrected-${language}`)
    // The same study under another patient's number: it is said before anything is sent.
    const { study_instance_uid: uid } = await screens.service.db('study').where({ organisation_id: port.organisationId, patient_id: 'P-2' }).first<{ study_instance_uid: string }>('study_instance_uid')
    await page.locator('.drop-field input[type=file]').first().setInputFiles(objectsOf(1, { StudyInstanceUID: uid, PatientName: 'Wu^Ming', PatientID: 'P-3' }).map((bytes) => aFile('4.dcm', bytes)))
    await page.getByText(isEnglish ? 'of another patient' : '属于其他患者').waitFor()
    await expect.poll(() => page.getByRole('button', { name: isEnglish ? 'Upload 1 file' : '上传 1 个文件' }).isDisabled(), soon).toBe(true)
    await shoot(page, `upload-another-patient-${language}`)
    await page.getByRole('button', { name: isEnglish ? 'Remove from the list' : '从列表中移除' }).click()
    expect(await screens.service.db('study').leftJoin('study_correction', (join) => { join.on('study_correction.organisation_id', 'study.organisation_id').andOn('study_correction.study_instance_uid', 'study.study_instance_uid') }).where('study.organisation_id', port.organisationId).orderBy('study.patient_id').select('patient_name', 'study_correction.version', screens.service.db.raw("corrections -> 'PatientName' ->> 'value' as corrected")))
      .toEqual([{ patient_name: 'Zang^Wei=臧^伟', version: 1, corrected: 'Zhang^Wei=张^伟' }, { patient_name: 'Li^Na', version: null, corrected: null }])
    await goTo(listAt(port))
    await page.getByText('张伟').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  }, 180_000)

  test.each([['en', 'light', { width: 1440, height: 900 }], ['zh-CN', 'dark', phone]] as const)('pictures and a document become a study of their category, others are added to it: %s', async (language, colorScheme, viewport) => {
    const clinic = await screens.organisation('hospital', 'Eye Clinic')
    const { page, goTo, close, complaints } = await screens.signedInPage({ organisation: clinic, role: 'full', language, colorScheme, viewport })
    const isEnglish = language === 'en'
    const words = isEnglish ? { category: 'Category', endoscopy: 'Endoscopy', name: 'Name', id: 'Patient ID', date: 'Date', region: 'Looked into', stomach: 'Stomach', send: 'Upload 3 files', sendOne: 'Upload 1 file', done: '4 of 4 files done', doneAll: '5 of 5 files done', anew: 'Turned upright or compressed anew', patient: 'Patient and date are those of the study.', ultrasound: 'Ultrasound' }
      : { category: '检查类别', endoscopy: '内镜', name: '姓名', id: '患者编号', date: '日期', region: '检查部位', stomach: '胃', send: '上传 3 个文件', sendOne: '上传 1 个文件', done: '已完成 4 / 4 个文件', doneAll: '已完成 5 / 5 个文件', anew: '已转正或重新压缩', patient: '患者与日期以该检查为准。', ultrasound: '超声' }
    const choose = async (label: string, option: string) => {
      await page.getByLabel(label, { exact: true }).last().click()
      await page.locator('.ant-select-item-option', { hasText: option }).last().click()
    }
    await goTo(listAt(clinic, '?upload=1'))
    const chooser = page.locator('.drop-field input[type=file]').first()
    await chooser.setInputFiles([
      aFile('stomach.jpg', await aPicture('jpeg'), 'image/jpeg'), aFile('phone.jpg', await aPicture('jpeg', { progressive: true }), 'image/jpeg'), aFile('notes.txt', Buffer.from('words'), 'text/plain'),
      aFile('report.pdf', Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF'), 'application/pdf'),
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
    await page.getByText(words.done).waitFor(soon)
    await page.getByText(words.anew).waitFor()
    await shoot(page, `upload-files-done-${language}`)
    const rows = () => screens.service.db('series').where({ organisation_id: clinic.organisationId }).orderBy('number_of_series_related_instances').select<{ modality: string; number_of_series_related_instances: number }[]>('modality', 'number_of_series_related_instances')
    await expect.poll(rows, soon).toEqual([{ modality: 'ES', number_of_series_related_instances: 1 }, { modality: 'ES', number_of_series_related_instances: 2 }])
    // One more, into the study that is there now.
    await chooser.setInputFiles([aFile('liver.jpg', await aPicture('jpeg'), 'image/jpeg')])
    await choose(words.category, words.ultrasound)
    await page.locator('#files-study').fill('P-7')
    await page.locator('.ant-select-item-option', { hasText: 'P-7' }).click()
    await page.getByText(words.patient).waitFor()
    await page.getByRole('button', { name: words.sendOne }).click()
    await page.getByText(words.doneAll).waitFor(soon)
    expect(await screens.service.db('study').where({ organisation_id: clinic.organisationId }).select('patient_id', 'number_of_study_related_series', 'number_of_study_related_instances')).toEqual([{ patient_id: 'P-7', number_of_study_related_series: 3, number_of_study_related_instances: 4 }])
    expect(complaints).toEqual([])
    await close()
  }, 180_000)
})
