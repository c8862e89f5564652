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
    await frame.contentFrame().locator('#root > *').first().waitFor({ state: 'attached', timeout: firstImageMs })
    const began = performance.now()
    await page.locator('.study-table .ant-table-row', { hasText: 'Early Bird' }).dblclick()
    await page.locator('.viewer-bar').waitFor()
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    console.info(`First study in a viewer that was there: ${String(Math.round(performance.now() - began))} ms.`)
    await frame.contentFrame().getByText('Early Bird').first().waitFor()
    expect(await frame.evaluate((now, before) => now === before, prepared)).toBe(true)
    await expect.poll(() => frame.boundingBox(), { timeout: firstImageMs }).toMatchObject({ x: 0, y: 40 })
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

  test('at an address that is opened anew the image comes before the page around it, which does not wait for one that does not come', async () => {
    const { screens, opened } = reading
    const { page, close } = await screens.signedInPage({ organisation: opened.organisation })
    // How long the page waits at most is over when the test says so, however busy the machine is.
    await page.addInitScript((longestMs) => {
      if (top !== window) return
      const real = globalThis.setTimeout
      const held = Promise.withResolvers<undefined>()
      Object.assign(globalThis, {
        endWaiting: () => { held.resolve(undefined) },
        setTimeout: (work: () => void, ms?: number) => ms === longestMs ? void held.promise.then(work) : real(work, ms),
      })
    }, 4_000)
    const frame = page.locator('iframe.viewer-frame')
    await page.goto(list())
    await page.locator('.study-table .ant-table-row', { hasText: 'Early Bird' }).dblclick()
    await page.locator('.viewer-bar').waitFor({ timeout: firstImageMs })
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    await page.route('**/frames/**', () => undefined)
    const asked = page.waitForRequest('**/frames/**', { timeout: firstImageMs })
    await page.reload({ waitUntil: 'commit' })
    await asked
    await expect.poll(() => frame.isVisible(), { timeout: firstImageMs }).toBe(true)
    expect(await page.locator('.viewer-bar').count()).toBe(0)
    await page.evaluate('endWaiting()')
    await page.locator('.viewer-status').waitFor()
    await page.unrouteAll()
    await page.reload()
    // Nothing has ended the page's waiting: it has come because the image has.
    await page.locator('.viewer-bar').waitFor({ timeout: firstImageMs })
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    await close()
  }, 200_000)

  test('an address that is opened anew begins while the page still asks who is there; after signing out, nothing begins before that is known', async () => {
    const { page, opened } = reading
    const frame = page.locator('iframe.viewer-frame')
    await page.goto(list())
    await page.locator('.study-table .ant-table-row', { hasText: 'Early Bird' }).dblclick()
    await page.locator('.viewer-bar').waitFor({ timeout: firstImageMs })
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    const answers = Promise.withResolvers<undefined>()
    await page.route('**/api/session', async (route) => {
      await answers.promise
      await route.fallback()
    })
    await page.reload({ waitUntil: 'commit' })
    const begun = await frame.elementHandle({ timeout: firstImageMs })
    expect(await page.locator('.viewer-bar').count()).toBe(0)
    expect(await frame.isVisible()).toBe(false)
    answers.resolve(undefined)
    await page.locator('.viewer-bar').waitFor()
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    expect(await frame.evaluate((now, before) => now === before, begun)).toBe(true)
    expect(opened.complaints).toEqual([])

    const address = page.url()
    await page.unrouteAll()
    await page.request.delete('/api/session', { headers: { origin: new URL(address).origin } })
    await page.goto(address)
    await page.waitForURL('**/sign-in?**')
    expect(await frame.count()).toBe(0)
    await page.route('**/api/session', () => undefined)
    await page.goto(address, { waitUntil: 'commit' })
    // What could begin it has been loaded, and has run.
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/mfe-viewer/')))
    await page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
    expect(await frame.count()).toBe(0)
  }, 200_000)

  test('nothing begins on a phone', async () => {
    const { screens, opened } = reading
    const { page, close } = await screens.signedInPage({ organisation: opened.organisation, viewport: phone })
    await page.goto(list())
    await page.getByText('Early Bird').first().waitFor()
    // The list's own time is over when the viewer's script, which decides, has been loaded: now or before.
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/mfe-viewer/')))
    await page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
    expect(await page.locator('iframe.viewer-frame').count()).toBe(0)
    await close()
  }, 100_000)
})
