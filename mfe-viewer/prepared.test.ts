/** The viewer that begins while the list is looked at. */
import { hasProgram } from '@isocenter/testkit'
import { aStudy, bytesOf } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { phone } from '../mfe-shell/browser.fixture.ts'
import { firstImageMs, openReading, type Reading } from './reading.fixture.ts'

describe.skipIf(!hasProgram('chromium'))('while the study list is looked at', () => {
  let reading: Reading
  beforeAll(async () => {
    reading = await openReading()
    await reading.store(aStudy({ series: [{ kind: 'CT', instances: 3 }], PatientName: 'Early^Bird' }).instances.map((instance) => bytesOf(instance)))
  }, 300_000)
  afterAll(() => reading.close())
  const list = () => `/o/${reading.opened.organisation.organisationId}/studies`

  test('the viewer begins unseen, in no way of keyboard and screen reader, and the first study opens in it', async () => {
    const { page, opened } = reading
    const frame = page.locator('iframe.viewer-frame')
    await page.goto(list())
    await frame.waitFor({ state: 'attached' })
    expect(await frame.isVisible()).toBe(false)
    const prepared = await frame.elementHandle()
    await frame.contentFrame().locator('#root > *').first().waitFor({ state: 'attached', timeout: 25_000 })
    const began = performance.now()
    await page.locator('.study-table .ant-table-row', { hasText: 'Early Bird' }).dblclick()
    await page.locator('.viewer-bar').waitFor()
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    console.info(`First study in a viewer that was there: ${String(Math.round(performance.now() - began))} ms.`)
    await frame.contentFrame().getByText('Early Bird').first().waitFor()
    expect(await frame.evaluate((now, before) => now === before, prepared)).toBe(true)
    expect(await frame.boundingBox()).toMatchObject({ x: 0, y: 40 })
    expect(opened.complaints).toEqual([])
  }, 200_000)

  test('a study that is opened before the viewer has begun is shown once it has', async () => {
    const { page } = reading
    await page.goto(list())
    await page.locator('iframe.viewer-frame').waitFor({ state: 'attached' })
    await page.locator('.study-table .ant-table-row', { hasText: 'Early Bird' }).dblclick()
    await page.locator('.viewer-bar').waitFor()
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    await page.frameLocator('iframe.viewer-frame').getByText('Early Bird').first().waitFor()
  }, 200_000)

  test('nothing begins on a phone', async () => {
    const { screens, opened } = reading
    const { page, close } = await screens.signedInPage({ organisation: opened.organisation, viewport: phone })
    await page.goto(list())
    await page.getByText('Early Bird').first().waitFor()
    // The list's own time is over when the viewer's script, which decides, has been loaded.
    await page.waitForResponse((response) => response.url().includes('/mfe-viewer/') && response.ok())
    await page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
    expect(await page.locator('iframe.viewer-frame').count()).toBe(0)
    await close()
  }, 100_000)
})
