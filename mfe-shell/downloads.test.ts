/** Downloads and exports in Chromium: asked for, made, fetched, removed; by who may see identities and by who may not. */
import { readFile } from 'node:fs/promises'
import type { Download as FetchedDownload, Page } from 'playwright-core'
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsOf } from '../server/src/exports/spreadsheet.fixture.ts'
import { unzipped } from '../server/src/platform/zip.fixture.ts'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type TestOrganisation } from './browser.fixture.ts'

const pictures = process.env['SCREENSHOTS']
/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('downloads in Chromium', () => {
  let screens: ScreensUnderTest
  let north: TestOrganisation

  beforeAll(async () => {
    // More than two objects of a study are made in the background.
    screens = await openScreens({ DOWNLOAD_DIRECT_BYTES: '200000' })
    north = await screens.organisation('hospital', 'North Hospital')
    const headers = await screens.as(north)
    for (const [nth, [PatientName, instances]] of ([['Zhang^Wei=张^伟', 1], ['Li^Na=李^娜', 5]] as const).entries()) {
      const study = aStudy({ series: [{ kind: 'CT', instances }] })
      await screens.service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientName, PatientID: `P-100${String(nth)}`, AccessionNumber: `=A${String(nth)}`, Rows: 200, Columns: 200, PixelData: Buffer.alloc(80_000) }) })), { headers })
    }
  }, 300_000)
  afterAll(() => screens.close())

  const studies = () => `/o/${north.organisationId}/studies`
  const shoot = async (page: Page, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/downloads-${name}.png` }) }
  const bytesIn = async (download: FetchedDownload) => readFile(await download.path())
  const more = async (page: Page, name: string) => {
    await page.getByRole('button', { name: new RegExp(`^More for .*${name}`) }).click()
    await page.getByRole('menuitem', { name: 'Download …' }).click()
  }

  test('a small study is fetched by the browser at once, under the name that was typed or one that says nothing', async () => {
    const { page, goTo, complaints, close } = await screens.signedInPage({ organisation: north, role: 'full', language: 'en', viewport: desktop })
    await goTo(studies())
    await more(page, 'Zhang')
    const dialog = page.getByRole('dialog', { name: 'Download the study' })
    await dialog.getByText(/Zhang/).waitFor()
    const anonymous = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Download' }).click()
    expect((await anonymous).suggestedFilename()).toMatch(/^[0-9A-F]{12}\.zip$/)
    expect((await anonymous).url()).toMatch(/\/api\/downloads\/[0-9a-f-]{36}\/file$/)
    expect((await unzipped(await bytesIn(await anonymous))).size).toBe(2)
    await dialog.waitFor({ state: 'hidden' })

    await more(page, 'Zhang')
    await dialog.getByRole('radio', { name: 'My own name' }).check()
    await dialog.getByRole('button', { name: 'Download' }).click()
    await dialog.getByText('Enter a name.').waitFor()
    await dialog.getByLabel('Name of the file').fill('头部 CT')
    await dialog.getByRole('switch', { name: 'Anonymise DICOM headers' }).click()
    const typed = page.waitForEvent('download')
    await page.keyboard.press('Tab')
    await dialog.getByRole('button', { name: 'Download' }).press('Enter')
    expect((await typed).suggestedFilename()).toBe('头部 CT.zip')
    for (const content of (await unzipped(await bytesIn(await typed))).values()) expect(content.includes('Zhang')).toBe(false)
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  test('a selection that is large is made in the background: seen being made, told of, fetched, removed', async () => {
    const { page, goTo, complaints, close } = await screens.signedInPage({ organisation: north, role: 'general', language: 'en', viewport: desktop })
    await goTo(studies())
    for (const name of ['Zhang', 'Li']) await page.getByRole('checkbox', { name: new RegExp(`^Select .*${name}`) }).check()
    await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Download' }).click()
    const dialog = page.getByRole('dialog', { name: 'Download 2 studies' })
    const anonymise = dialog.getByRole('switch', { name: 'Anonymise DICOM headers' })
    await expect.poll(async () => [await anonymise.isChecked(), await anonymise.isDisabled()], soon).toEqual([true, true])
    await shoot(page, 'compulsory')
    await dialog.getByRole('button', { name: 'Download' }).click()
    await dialog.getByText('It is being made').waitFor()
    await dialog.getByRole('link', { name: 'My downloads' }).click()
    await page.waitForURL(/\/downloads$/)
    await page.getByText('Waiting').waitFor()
    await screens.service.downloads.makeAll(new AbortController().signal)
    // Nobody touches the page: it is told.
    const fetch = page.getByRole('button', { name: /^Fetch: anonymised-/ })
    await fetch.waitFor()
    const fetched = page.waitForEvent('download')
    await fetch.click()
    expect((await unzipped(await bytesIn(await fetched))).size).toBe(7)
    await page.getByText('fetched once').waitFor()
    await page.getByRole('button', { name: /^Remove: anonymised-/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No downloads').waitFor()
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  test('the list is exported with the fields one chooses, which are remembered; nothing in it is a formula', async () => {
    const { page, goTo, complaints, close } = await screens.signedInPage({ organisation: north, role: 'general', language: 'en', viewport: desktop })
    await goTo(`${studies()}?keyword=zhang`)
    await page.getByRole('button', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export the list' })
    await dialog.getByRole('checkbox', { name: 'Uploaded by' }).uncheck()
    await dialog.getByRole('checkbox', { name: 'Data ID' }).check()
    expect(await dialog.getByRole('checkbox', { name: 'Phone' }).count()).toBe(0)
    const exported = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export' }).click()
    expect((await exported).suggestedFilename()).toMatch(/^Studies \d{4}-\d{2}-\d{2}\.xlsx$/)
    const sheet = (await partsOf(await bytesIn(await exported))).get('xl/worksheets/sheet1.xml') ?? ''
    expect(sheet.match(/<row>/g)).toHaveLength(2)
    expect(sheet).toContain('Data ID')
    expect(sheet).not.toContain('Uploaded by')
    expect(sheet).toContain('<c t="inlineStr"><is><t xml:space="preserve">=A0</t></is></c>')
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Export' }).click()
    await expect.poll(() => dialog.getByRole('checkbox', { name: 'Uploaded by' }).isChecked(), soon).toBe(false)
    await dialog.getByRole('radio', { name: 'CSV' }).check()
    const csv = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export' }).click()
    expect((await bytesIn(await csv)).toString()).toContain("'=A0")
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  test.each([
    ['zh-light-desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }], ['en-dark-desktop', { language: 'en', colorScheme: 'dark', viewport: desktop }],
    ['zh-dark-phone', { language: 'zh-CN', colorScheme: 'dark', viewport: phone }], ['en-light-phone', { language: 'en', colorScheme: 'light', viewport: phone }],
  ] as const)('%s: dialogs and the list, empty and full, are accessible and fit', async (name, options) => {
    const opened = await screens.signedInPage({ ...options, organisation: north, role: 'full', name: 'Wang Fang' })
    const { page, goTo, settled } = opened
    const isEnglish = options.language === 'en'
    const wrong: string[] = []
    const look = async (part: string) => {
      await settled()
      await shoot(page, `${name}-${part}`)
      wrong.push(...(await seriousFindings(page)).map((finding) => `${part}: ${finding}`))
      if (await overhang(page) > 0) wrong.push(`${part} is wider than the screen`)
      wrong.push(...opened.complaints.splice(0).map((complaint) => `${part}: ${complaint}`))
    }
    await goTo(`/o/${north.organisationId}/downloads`)
    await look('empty')
    const uids = await screens.service.db('study').where({ organisation_id: north.organisationId }).pluck<string[]>('study_instance_uid')
    const asked = { origin: screens.url, 'sec-fetch-site': 'same-origin', 'x-organisation': north.organisationId }
    for (const data of [{ studies: uids, isAnonymised: true }, { studies: uids, fileName: '会诊资料' }, { studies: uids.slice(0, 1) }]) expect((await page.request.post('/api/downloads', { data, headers: asked })).status()).toBe(201)
    const states = [{ state: 'making', done_bytes: 260_000, lease: '00000000-0000-4000-8000-000000000000', leased_until: new Date(Date.now() + 3_600_000) }, { state: 'failed', failure: 'gone' }]
    const rows = await screens.service.db('download').where({ account_id: opened.accountId, is_background: true }).orderBy('download_key').pluck<string[]>('download_key')
    for (const [nth, state] of states.entries()) if (rows[nth] !== undefined) await screens.service.db('download').where({ download_key: rows[nth] }).update(state)
    const { download_id } = await screens.service.db('download').where({ account_id: opened.accountId }).first<{ download_id: string }>('download_id')
    await goTo(`/o/${north.organisationId}/downloads?record=${download_id}`)
    await look('list')
    await goTo(studies())
    await page.getByRole('button', { name: isEnglish ? /^More for/ : /的更多操作$/ }).first().click()
    await page.getByRole('menuitem', { name: isEnglish ? 'Download …' : '下载…' }).click()
    await page.getByRole('radio', { name: isEnglish ? 'My own name' : '手动输入' }).check()
    await look('dialog')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: isEnglish ? 'Export' : '导出' }).click()
    await page.getByRole('checkbox').last().waitFor()
    await look('export')
    expect(wrong).toEqual([])
    await opened.close()
  }, 120_000)
})
