/** Body parts and tags as people use them, in real Chromium. */
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest } from '../mfe-shell/browser.fixture.ts'
import { aWorkbook } from '../server/src/body-parts/sheet.fixture.ts'

/** Folder for pictures of what was seen, for people to look at. */
const pictures = process.env['SCREENSHOTS']
const columns = ['Device type', 'Part category', 'Part name', 'Tags', 'Part count']
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('body parts in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 300_000)
  afterAll(() => screens.close())

  async function atHospital(options: Parameters<ScreensUnderTest['signedInPage']>[0] = {}) {
    const opened = await screens.signedInPage({ name: 'Wang Fang', ...options })
    const { organisationId } = opened.organisation
    const study = aStudy({ instances: 1, BodyPartExamined: 'CHEST', StudyDescription: 'Chest routine', PatientName: 'LI^HUA=李^华', Modality: 'CT' })
    await screens.service.store(study.instances.map((instance) => bytesOf(instance)), { headers: await screens.as(opened.organisation) })
    return { ...opened, organisationId, study, at: (place: string) => opened.goTo(`/o/${organisationId}/${place}`) }
  }
  async function looked({ page }: Pick<OpenedPage, 'page'>, name: string): Promise<string[]> {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/parts-${name}.png` })
    return [...await seriousFindings(page), ...(await overhang(page) > 0 ? [`${name} is wider than the screen`] : [])]
  }

  test('a tag is tried on a study and kept, a part has it, and the study says so', async () => {
    const opened = await atHospital()
    const { page } = opened
    await opened.at('admin/body-parts?tab=tags')
    await page.getByText('No tags yet').waitFor()
    await page.getByRole('button', { name: 'Add a tag' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('chest')
    await form.getByLabel('Value').fill('THORAX')
    await form.getByLabel('Study', { exact: true }).click()
    await page.getByText(/Chest routine/).first().click()
    await form.getByRole('button', { name: 'Try' }).click()
    await form.getByText('This tag does not hold').waitFor()
    await form.getByLabel('Value').fill('chest')
    await form.getByRole('button', { name: 'Try' }).click()
    await form.getByText('This tag holds, in 1 series').waitFor()
    expect(await looked(opened, 'trial')).toEqual([])
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Body part examined is “chest”').waitFor()

    await page.getByRole('tab', { name: 'Parts' }).click()
    await page.getByRole('button', { name: 'Add a category' }).click()
    await form.getByLabel('Device type').click()
    await page.getByTitle('CT', { exact: true }).click()
    await form.getByLabel('Name', { exact: true }).fill('Trunk')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Add a part: Trunk' }).click()
    await form.getByLabel('Name', { exact: true }).fill('Chest and abdomen')
    await form.getByLabel('Part count').fill('2')
    await form.getByLabel('Tags').click()
    await page.getByTitle('chest', { exact: true }).click()
    await page.keyboard.press('Escape')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'Trunk' }).getByText('Chest and abdomen').waitFor()
    expect(await looked(opened, 'list')).toEqual([])

    await opened.at(`studies?study=${opened.study.StudyInstanceUID}`)
    const detail = page.getByRole('region', { name: 'Body parts' })
    await detail.getByText('Chest and abdomen').waitFor()
    await detail.getByText('body part is “chest”').waitFor()
    await detail.scrollIntoViewIfNeeded()
    expect(await looked(opened, 'detail')).toEqual([])
    expect(opened.complaints).toEqual([])
    await opened.close()
  }, 180_000)

  test('a spreadsheet says which of its rows are wrong, then is imported, exported, and its parts deleted at once', async () => {
    const opened = await atHospital()
    const { page } = opened
    await opened.at('admin/body-parts')
    const dialog = page.getByRole('dialog')
    const choose = (rows: Parameters<typeof aWorkbook>[0]) => aWorkbook([columns, ...rows]).then((buffer) => dialog.locator('input[type=file]').setInputFiles({ name: 'parts.xlsx', mimeType: xlsx, buffer }))
    await page.getByRole('button', { name: 'Import' }).click()
    await dialog.locator('input[type=file]').setInputFiles({ name: 'parts.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('d0cf11e0a1b11ae1', 'hex') })
    await dialog.getByText('Save it as .xlsx without a password.').waitFor()
    await choose([['CT', 'Trunk', 'Chest', 'chest', 1], ['XX', 'Trunk', '', '', 0]])
    await dialog.getByText('1 row cannot be imported').waitFor()
    await dialog.getByText('No such type of devices').waitFor()
    expect(await dialog.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true)
    expect(await looked(opened, 'import')).toEqual([])
    await choose([['CT', 'Trunk', 'Chest', 'chest', 1], ['CT', 'Trunk', 'Abdomen', 'abdomen; belly', 1], ['DR', '四肢', '膝关节', '', 2]])
    await dialog.getByText('3 new, 0 changed, 0 as they are').waitFor()
    await dialog.getByRole('button', { name: 'Import' }).click()
    await page.getByText('膝关节').waitFor()

    await page.getByRole('button', { name: 'Export' }).click()
    await dialog.getByRole('checkbox', { name: /CT Trunk/ }).uncheck()
    expect(await looked(opened, 'export')).toEqual([])
    const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export' }).click()])
    expect(file.suggestedFilename()).toMatch(/-body-parts-\d{4}-\d{2}-\d{2}\.xlsx$/)
    await dialog.waitFor({ state: 'hidden' })

    await page.getByLabel('Search parts').fill('abd')
    await expect.poll(() => page.getByText('Chest', { exact: true }).count(), soon).toBe(0)
    await page.getByLabel('Search parts').fill('')
    await page.getByRole('button', { name: 'Delete all parts: Trunk' }).click()
    await page.getByRole('dialog', { name: 'Delete 2 parts of Trunk?' }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all parts' }).click()
    await page.getByText('No parts in it yet.').waitFor()
    expect(opened.complaints).toEqual([])
    await opened.close()
  }, 180_000)

  test.each([
    ['zh-CN', 'light', { width: 1440, height: 900 }],
    ['en', 'dark', { width: 1440, height: 900 }],
    ['zh-CN', 'dark', phone],
    ['en', 'light', phone],
  ] as const)('can be read in %s, %s', async (language, colorScheme, viewport) => {
    const opened = await atHospital({ language, colorScheme, viewport })
    const { page } = opened
    const { db } = screens.service
    const own = { organisation_id: opened.organisationId }
    const [category] = await db('part_category').insert([{ ...own, device_type: 'CT', name: '胸腹部' }, { ...own, device_type: 'MR', name: 'Joints' }]).returning<{ category_id: string }[]>('category_id')
    const [part] = await db('body_part')
      .insert(['胸部平扫', 'Chest and upper abdomen with contrast medium'].map((name, index) => ({
        ...own,
        category_id: category?.category_id,
        device_type: 'CT',
        category_name: '胸腹部',
        name,
        part_count: index + 1,
      })))
      .returning<{ part_id: string }[]>('part_id')
    const rules = JSON.stringify([{ attribute: 'BodyPartExamined', operator: 'equals', value: 'CHEST' }, { attribute: 'SeriesDescription', operator: 'matches', value: '胸(部|片)' }])
    const [tag] = await db('part_tag').insert(['胸部', 'lung'].map((name, index) => ({ ...own, name, priority: index, is_final: index === 0, rules }))).returning<{ tag_id: string }[]>('tag_id')
    await db('body_part_tag').insert({ ...own, part_id: part?.part_id, tag_id: tag?.tag_id })
    const name = `${language}-${colorScheme}-${String(viewport.width)}`
    const wrong: string[] = []
    await opened.at('admin/body-parts')
    wrong.push(...await looked(opened, `${name}-parts`))
    await opened.at('admin/body-parts?tab=tags')
    wrong.push(...await looked(opened, `${name}-tags`))
    await page.locator(':is(td, .data-cards > li).is-actions .ant-btn, .data-cards .is-actions .ant-btn').first().click()
    await page.getByRole('dialog').waitFor()
    await opened.settled()
    wrong.push(...await looked(opened, `${name}-form`))
    expect([wrong, opened.complaints]).toEqual([[], []])
    await opened.close()
  }, 180_000)
})
