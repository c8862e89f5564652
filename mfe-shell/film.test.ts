/** Films in Chromium: collected images chosen, ordered, laid out, printed on a gateway's printer or made a document, and what became of it. */
import type { FilmBasket, PrintJobPage, PrintOutcome } from '@isocenter/contracts'
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aReport, apiOf, aState } from '../server/src/gateways/gateways.fixture.ts'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type SignedInPage, type TestOrganisation } from './browser.fixture.ts'

const pictures = process.env['SCREENSHOTS']
/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }
const side = 64

/** A ramp that no two images share. */
const ramp = (nth: number) => Buffer.from(Uint16Array.from({ length: side * side }, (_, index) => ((index % side) * 16 + nth * 400) % 4096).buffer)

type Gateway = Awaited<ReturnType<typeof aGatewayOf>>

async function aGatewayOf({ service }: ScreensUnderTest, slug: string) {
  const api = apiOf(service)
  const gateway = await api.aGateway(slug)
  const bearer = await api.bearerOf(gateway)
  const printer = { printerId: 'film', name: 'Film printer', colour: 'grayscale' as const, filmSizes: ['14INX17IN' as const, 'A3' as const], mediumTypes: ['BLUE FILM'], maxCopies: 2 }
  const report = (more: Parameters<typeof aReport>[0] = {}) => api.call('POST', '/gateways/self/report', bearer, aReport({ state: aState({ printers: [printer] }), ...more }))
  await report()
  return {
    report, get: (path: string) => api.call('GET', path, bearer),
    /** Takes the next command, and tells at once what became of it. */
    finish: async (outcome: PrintOutcome) => {
      const [command] = (await report()).json<{ commands: { commandId: string }[] }>().commands
      await report({ results: [{ commandId: command?.commandId ?? '', outcome: 'succeeded', value: outcome }] })
    },
  }
}

describe.skipIf(!hasProgram('chromium'))('films in Chromium', () => {
  let screens: ScreensUnderTest
  let north: TestOrganisation
  let gateway: Gateway
  const studies = (['Zhang^Wei=张^伟', 'Li^Na=李^娜'] as const).map((PatientName, nth) => ({ PatientName, PatientID: `FILM-${String(nth)}`, study: aStudy({ series: [{ kind: 'CT', instances: 5 }] }) }))

  beforeAll(async () => {
    screens = await openScreens()
    north = await screens.organisation('hospital', 'North Hospital')
    const { slug } = await screens.service.db('organisation').where({ organisation_id: north.organisationId }).first<{ slug: string }>('slug')
    const headers = await screens.service.as(slug)
    for (const { PatientName, PatientID, study } of studies) {
      const stored = await screens.service.store(study.instances.map((instance, nth) => bytesOf({ ...instance, ...attributes({ PatientName, PatientID, StudyDate: '20261120', Rows: side, Columns: side, PixelSpacing: [4, 4], PixelData: ramp(nth) }) })), { headers })
      expect(stored.statusCode).toBe(200)
    }
    gateway = await aGatewayOf(screens, slug)
  }, 300_000)
  afterAll(() => screens.close())

  const path = () => `/o/${north.organisationId}/film`
  const shoot = async (page: Page, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/film-${name}.png`, fullPage: true }) }
  const ask = async <Answer>(page: Page, method: 'GET' | 'POST', at: string, data?: object): Promise<Answer> => {
    const answer = await page.request.fetch(`/api${at}`, { method, headers: { 'x-organisation': north.organisationId, origin: screens.url }, ...(data && { data }) })
    expect([answer.status(), await answer.text()]).toEqual([200, expect.anything()])
    return await answer.json() as Answer
  }
  /** What the viewer does at F7. */
  const collect = (page: Page, nth: number, window?: { center: number; width: number }) => {
    const { study } = studies[nth] ?? { study: aStudy({ series: [] }) }
    return ask(page, 'POST', '/film/basket', { series: { StudyInstanceUID: study.StudyInstanceUID, SeriesInstanceUID: study.series[0]?.SeriesInstanceUID, ...(window && { window }) } })
  }
  const basketOf = (page: Page) => ask<FilmBasket>(page, 'GET', '/film/basket')
  const jobsOf = (page: Page) => ask<PrintJobPage>(page, 'GET', '/film/print-jobs')
  const shown = async ({ page, settled }: Pick<SignedInPage, 'page' | 'settled'>) => {
    await settled()
    await page.locator('.film-items img').first().waitFor()
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('.film-items img')].every(({ complete, naturalWidth }) => complete && naturalWidth > 0))
  }

  test('images are seen with their window, chosen, put in order and taken out; a document is made of them in that order', async () => {
    const opened = await screens.signedInPage({ organisation: north, language: 'en', viewport: desktop })
    const { page, goTo, complaints, close } = opened
    await goTo(path())
    await page.getByText('Nothing is collected').waitFor()
    await collect(page, 0, { center: 500, width: 900 })
    await collect(page, 1)
    // Who comes back from the viewer finds what he collected there.
    await page.evaluate(() => { dispatchEvent(new Event('focus')) })
    await page.getByText('10 of 10 images chosen').waitFor()
    await shown(opened)
    await expect.poll(() => page.locator('.film-items img').evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).src.includes('window=500%2C900%2Clinear')).length), soon).toBe(5)
    // Images of two patients are not made one film.
    await page.getByText('Images of 2 patients would stand together').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^(Make a document of|Print) \d/ }).isDisabled(), soon).toBe(true)
    await page.getByRole('checkbox', { name: 'Li Na (李娜) · 2026-11-20', exact: true }).uncheck()
    await page.getByText('5 of 10 images chosen').waitFor()
    await page.getByText('patients would stand together').waitFor({ state: 'hidden' })

    const wei = page.getByRole('region', { name: /^Zhang Wei/ })
    const before = (await basketOf(page)).items.slice(0, 5).map(({ itemId }) => itemId)
    // By the keyboard: the focus stays with the image that moves.
    const later = wei.getByRole('button', { name: /^Later: Image 1/ })
    await later.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Now at place 2 of 5').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Now at place 3 of 5').waitFor()
    // By the mouse.
    await wei.locator('li').nth(4).dragTo(wei.locator('li').nth(0))
    await page.getByText('Now at place 1 of 5').waitFor()
    await expect.poll(async () => (await basketOf(page)).items.slice(0, 5).map(({ itemId }) => before.indexOf(itemId) + 1), soon).toEqual([5, 2, 3, 1, 4])
    await wei.getByRole('button', { name: /^Remove Image 2/ }).click()
    await page.getByText('4 of 9 images chosen').waitFor()
    await wei.getByRole('checkbox', { name: /^Print Image 4/ }).uncheck()

    await page.getByRole('combobox', { name: 'Where to' }).click()
    await page.getByTitle('A PDF document').click()
    await page.getByRole('combobox', { name: 'Columns × rows' }).click()
    await page.getByTitle('1 × 2', { exact: true }).click()
    await expect.poll(() => page.getByRole('region', { name: 'Preview' }).getByRole('listitem').count(), soon).toBe(2)
    await shoot(page, 'basket-en')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Make a document of 2 pages' }).click()
    await page.waitForURL(/tab=history/)
    const row = page.getByRole('row', { name: /Document/ })
    await row.getByText('3 images, 2 films').waitFor()
    const pdf = await page.request.get(await row.getByRole('link', { name: /^Open PDF/ }).getAttribute('href') ?? '')
    expect([pdf.status(), pdf.headers()['content-type'], (await pdf.text()).slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
    const [job] = (await jobsOf(page)).items
    const printed = await screens.service.db('print_job_image').join('print_job', 'print_job.job_key', 'print_job_image.job_key').where({ job_id: job?.jobId ?? '' }).orderBy('print_job_image.position').pluck<string[]>('sop_instance_uid')
    const uids = studies[0]?.study.instances.map((instance) => String(instance['00080018']?.Value?.[0])) ?? []
    expect(before).toHaveLength(5)
    // 2 3 1 4 5, then 5 to the front, 2 taken out, 4 left out.
    expect(printed).toEqual([uids[4], uids[2], uids[0]])
    expect((await basketOf(page)).items).toHaveLength(6)
    expect(complaints).toEqual([])
    await close()
  }, 300_000)

  test('a printer of a gateway is chosen, what it cannot do is not offered, and the history tells by itself what became of it', async () => {
    const opened = await screens.signedInPage({ organisation: north, language: 'en', viewport: desktop, name: 'Dr. Chen' })
    const { page, goTo, complaints, close } = opened
    // It is not reachable that has said nothing for long, as while the test before took its time.
    await gateway.report()
    await goTo(path())
    await collect(page, 0)
    await page.evaluate(() => { dispatchEvent(new Event('focus')) })
    await shown(opened)
    await page.getByText('Film printer (CT room)').waitFor()
    await page.getByText('Reachable').waitFor()
    await page.getByRole('combobox', { name: 'Film', exact: true }).click()
    await expect.poll(() => page.locator('.ant-select-dropdown:visible .ant-select-item-option').allTextContents(), soon).toEqual(['14 × 17 in', 'A3'])
    await page.keyboard.press('Escape')
    // In true size 256 mm do not fit three beside each other.
    await page.getByRole('switch', { name: 'True size' }).click()
    await page.getByRole('button', { name: 'Print 1 film', exact: true }).click()
    await page.getByText('Image 1: In true size it is larger than its place').waitFor()
    await page.locator('.film-item').first().getByRole('alert').waitFor()
    await shoot(page, 'too-large-en')
    await page.getByRole('combobox', { name: 'Columns × rows' }).click()
    await page.getByTitle('1 × 1', { exact: true }).click()
    await page.getByRole('spinbutton', { name: 'Copies' }).fill('2')
    await page.getByRole('button', { name: 'Print 5 films, 2 copies' }).click()
    await page.getByRole('row', { name: /Waiting for the gateway/ }).waitFor()
    await gateway.finish({ sheets: 2, warnings: [{ status: 0xB604, sheet: 1, position: 1 }], failure: { reason: 'printerNotReady', printerStatusInfo: 'SUPPLY EMPTY' } })
    // Nobody touches the page: it looks.
    const failed = page.getByRole('row', { name: /Failed/ })
    await failed.getByText('The printer is not ready. It is out of film').waitFor()
    await failed.getByText('2 of 5 films were printed.').waitFor()
    await failed.getByText('The image was made smaller to fit (B604H): film 1 image 1').waitFor()
    await failed.getByText('Dr. Chen').waitFor()
    await shoot(page, 'history-en')
    expect(await overhang(page)).toBe(0)
    expect(await seriousFindings(page)).toEqual([])

    await failed.getByRole('button', { name: /^Print again/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Print again' }).click()
    const waiting = page.getByRole('row', { name: /Waiting for the gateway/ })
    await waiting.getByRole('button', { name: /^Call off/ }).click()
    await page.getByRole('row', { name: /Called off/ }).waitFor()

    // What was chosen is there next time.
    await collect(page, 1)
    await goTo(path())
    await page.getByRole('button', { name: 'Print 5 films, 2 copies' }).waitFor()
    await expect.poll(() => page.getByRole('switch', { name: 'True size' }).isChecked(), soon).toBe(true)
    expect(complaints).toEqual([])
    await close()
  }, 300_000)

  test('the study list and the detail of a study lead to what was printed of it, and to nothing else', async () => {
    const { page, goTo, settled, complaints, close } = await screens.signedInPage({ organisation: north, language: 'en', viewport: desktop })
    const { items: [item] } = await collect(page, 1).then(() => basketOf(page))
    const settings = { columns: 1, rows: 1, FilmOrientation: 'PORTRAIT', FilmSizeID: 'A4', isTrueSize: false, texts: [], colour: 'grayscale', copies: 1, PrintPriority: 'MED' }
    const made = await page.request.fetch('/api/film/print-jobs', { method: 'POST', headers: { 'x-organisation': north.organisationId, origin: screens.url }, data: { items: [item?.itemId], settings } })
    expect(made.status()).toBe(201)
    await goTo(`/o/${north.organisationId}/studies`)
    await page.getByRole('button', { name: /^More for .*Li/ }).click()
    await page.getByRole('menuitem', { name: 'Print history' }).click()
    await page.getByText('Prints of one study').waitFor()
    await settled()
    // Those of the other patient are not among them.
    await expect.poll(() => page.locator('.record-row').count(), soon).toBe(1)
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.record-row').length > 1)

    await goTo(`/o/${north.organisationId}/studies?study=${studies[1]?.study.StudyInstanceUID ?? ''}&tab=prints`)
    await page.getByRole('dialog').getByRole('article').getByText('1 image, 1 film').waitFor()
    await shoot(page, 'detail-en')
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await close()
  }, 120_000)

  test('on a phone, in Chinese and in the dark nothing is out of reach; who may not print is told', async () => {
    const opened = await screens.signedInPage({ organisation: north, language: 'zh-CN', viewport: phone, colorScheme: 'dark' })
    await opened.goTo(path())
    await collect(opened.page, 0, { center: 40, width: 400 })
    await opened.page.evaluate(() => { dispatchEvent(new Event('focus')) })
    await opened.page.getByText('已选 5 / 5 幅').waitFor()
    await shown(opened)
    expect(await overhang(opened.page)).toBe(0)
    await shoot(opened.page, 'basket-zh-phone-dark')
    expect(await seriousFindings(opened.page)).toEqual([])
    await opened.page.getByRole('tab', { name: '打印历史' }).click()
    await opened.settled()
    await opened.page.locator('.record-card').first().waitFor()
    expect(await overhang(opened.page)).toBe(0)
    await shoot(opened.page, 'history-zh-phone-dark')
    expect(await seriousFindings(opened.page)).toEqual([])
    await opened.page.setViewportSize({ width: 1440, height: 900 })
    await opened.goTo(path())
    await shown(opened)
    await shoot(opened.page, 'basket-zh-desktop-dark')
    expect(opened.complaints).toEqual([])
    await opened.close()

    const { page, goTo, close } = await screens.signedInPage({ organisation: north, role: 'general', language: 'en' })
    await goTo(path())
    await page.getByText('You may not see this').waitFor()
    expect(await page.getByRole('link', { name: 'Film' }).count()).toBe(0)
    await close()
  }, 120_000)

  test('another organisation sees nothing of it', async () => {
    const { page, goTo, close } = await screens.signedInPage({ kind: 'hospital', language: 'en' })
    await goTo(path())
    await page.getByText('There is no such page').waitFor()
    await close()
  }, 120_000)
})
