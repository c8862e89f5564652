/** Columns of the study list in Chromium: what is read whole, and what is said of a cell that is not; the words around it. */
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, seriousFindings, type ScreensUnderTest, type TestOrganisation } from './browser.fixture.ts'
import { aStoredStudy, listAt, shoot } from './studies.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }
const institution = 'The Second Affiliated Teaching Hospital of the Demonstration Medical University, Department of Interventional Radiology'

/** What is written in cells that show only a part of it. */
const cutCells = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.study-table .ant-table-row .ant-table-cell-ellipsis, .study-table .study-name')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ innerText }) => innerText))

describe.skipIf(!hasProgram('chromium'))('columns of the study list in Chromium', () => {
  let screens: ScreensUnderTest
  let harbour: TestOrganisation
  let uid: string

  beforeAll(async () => {
    screens = await openScreens()
    harbour = await screens.organisation('hospital', 'Harbour Hospital')
    const exam = { StudyDate: '20261110', StudyTime: '093000', PatientBirthDate: '19610203', PatientSex: 'F', BodyPartExamined: 'CHEST', InstitutionName: '示范医院北院区' }
    await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-10234', AccessionNumber: 'CT-2026-0012' })
    await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Wang^Xiuying=王^秀英', PatientID: 'P-10235', AccessionNumber: 'CT-2026-0013', InstitutionName: 'North Hospital' })
    uid = await aStoredStudy(screens, harbour, { ...exam, PatientName: 'Li^Na=李^娜', PatientID: 'P-10236', AccessionNumber: 'CT-2026-0014' }, [{ kind: 'CT', instances: 1 }])
  }, 180_000)
  afterAll(() => screens.close())

  test.each(['en', 'zh-CN'] as const)('names in two scripts are read whole, and before an institution that stays cut anyway: %s', async (language) => {
    const { page, goTo, close } = await screens.signedInPage({ organisation: harbour, role: 'full', language, viewport: { width: 1280, height: 900 } })
    await goTo(listAt(harbour))
    for (const width of [1280, 1440, 1600, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      await expect.poll(async () => [width, await cutCells(page)], soon).toEqual([width, []])
      await shoot(page, `two-scripts-${language}-${String(width)}`)
    }
    const long = await screens.organisation('hospital')
    await aStoredStudy(screens, long, { PatientName: 'Ouyang^Xiaoming=欧阳^晓明', InstitutionName: institution })
    const other = await screens.signedInPage({ organisation: long, role: 'full', language, viewport: { width: 1440, height: 900 } })
    await other.goTo(listAt(long))
    await expect.poll(() => cutCells(other.page), soon).toEqual([institution])
    await other.close()
    await close()
  }, 90_000)

  test('a cut cell that was scrolled away is brought into sight, and the hint below it names its column', async () => {
    const far = await screens.organisation('hospital')
    await aStoredStudy(screens, far, { PatientName: 'Li^Na=李^娜', StudyDescription: 'Thorax and abdomen, native and with contrast, with a comparison to that of last year and of the year before', InstitutionName: institution, OtherPatientIDs: '11010119800101001X' })
    const { page, goTo, settled, close } = await screens.signedInPage({ organisation: far, role: 'full', language: 'en', viewport: { width: 1280, height: 900 } })
    await goTo(listAt(far))
    await page.getByRole('button', { name: 'Columns' }).click()
    for (const name of ['Description', 'Data ID', 'Birth date', 'Phone', 'Other IDs, ID card', 'Address']) {
      await Promise.all([page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().endsWith('/column-layouts/studies')), page.getByRole('checkbox', { name, exact: true }).check()])
    }
    await page.keyboard.press('Escape')
    await goTo(listAt(far))
    await settled()
    await page.locator('.study-table').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.is-current').waitFor()
    const hint = page.getByRole('tooltip')
    /** Of the column: whether all of its cell is in sight, its head above it and the hint below it. */
    const placeOf = (column: string) => page.evaluate((name) => {
      const head = [...document.querySelectorAll<HTMLElement>('.study-table .ant-table-thead th')].findIndex(({ innerText }) => innerText.replaceAll(/\s+/g, ' ').trim() === name)
      const cells = [...document.querySelectorAll('.study-table .is-current > .ant-table-cell')].map((cell) => cell.getBoundingClientRect())
      const [cell, first, last] = [cells[head], cells[0], cells.at(-1)]
      const above = document.querySelectorAll('.study-table .ant-table-thead th')[head]?.getBoundingClientRect()
      const below = document.querySelector('.cut-text')?.getBoundingClientRect()
      if (!cell || !first || !last || !above || !below) return 'no hint'
      return { isInSight: cell.left >= first.right - 1 && cell.right <= last.left + 1, headIsAbove: Math.abs(above.left - cell.left) < 2, hintIsBelow: below.left <= cell.right && below.right >= cell.left && Math.abs(below.top - cell.bottom) < 2 }
    }, column)
    const right = { isInSight: true, headIsAbove: true, hintIsBelow: true }
    // In the moment in which the table has been moved by somebody else, too.
    const rows = page.locator('.study-table .ant-table-tbody-virtual-holder')
    for (const [key, column, text] of [['ArrowRight', 'Institution', institution], ['ArrowRight', 'Description', 'Thorax and abdomen'], ['ArrowLeft', 'Institution', institution]] as const) {
      if (key === 'ArrowLeft') await page.keyboard.press(key)
      else await rows.evaluate((holder, pressed) => {
        for (const deltaX of [-1_000, 1, -1]) holder.dispatchEvent(new WheelEvent('wheel', { deltaX, cancelable: true }))
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true, cancelable: true }))
      }, key)
      await hint.getByText(text).waitFor()
      await hint.getByText(column, { exact: true }).waitFor()
      await page.locator('[role="status"]', { hasText: `${column}: ${text}` }).waitFor()
      await expect.poll(() => placeOf(column), soon).toEqual(right)
      await shoot(page, `cut-far-${column}`)
    }
    expect(await seriousFindings(page)).toEqual([])
    // Whoever scrolls on is not left with a hint under another column.
    await page.locator('.study-table .ant-table-row').first().hover()
    await page.mouse.wheel(-2_000, 0)
    await hint.waitFor({ state: 'detached' })
    await close()
  }, 150_000)

  test.each(['en', 'zh-CN'] as const)('what may be searched for is read whole in the search field: %s', async (language) => {
    const { page, goTo, close } = await screens.signedInPage({ organisation: harbour, role: 'full', language, viewport: { width: 1280, height: 900 } })
    await goTo(listAt(harbour))
    const room = () => page.locator('.study-keyword input').evaluate((field: HTMLInputElement) => {
      const pen = document.createElement('canvas').getContext('2d')
      if (!pen) return Number.NaN
      const { fontSize, fontFamily } = getComputedStyle(field)
      pen.font = `${fontSize} ${fontFamily}`
      return field.clientWidth - pen.measureText(field.placeholder).width
    })
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await expect.poll(room, soon).toBeGreaterThan(0)
    }
    await close()
  }, 60_000)

  test('one image is one, dates are not broken in the preview, filters that belong together stand together', async () => {
    const { page, goTo, close } = await screens.signedInPage({ organisation: harbour, role: 'full', language: 'en', viewport: { width: 1440, height: 900 } })
    await goTo(listAt(harbour, `?record=${uid}`))
    await page.getByRole('button', { name: 'Preview' }).click()
    const preview = page.locator('.study-preview')
    await preview.getByText('1 image', { exact: true }).waitFor()
    await expect.poll(() => preview.getByText('2026-11-10 09:30').evaluate((date) => date.getBoundingClientRect().height), soon).toBeLessThan(30)
    await page.getByRole('button', { name: 'More filters' }).click()
    const topOf = (label: string) => page.getByLabel(label).evaluate((field) => field.getBoundingClientRect().top)
    await page.getByLabel('Examined from').waitFor()
    await expect.poll(async () => await topOf('Examined from') - await topOf('Examined until'), soon).toBe(0)
    await shoot(page, 'further-filters')
    await close()
  }, 60_000)
})
