/** A volume seen in three planes (MPR), in real Chromium at the real server. */
import { hasProgram } from '@isocenter/testkit'
import type { FrameLocator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstImageMs, openReading, sampled, type Reading } from './reading.fixture.ts'

describe.skipIf(!hasProgram('chromium'))('a series of slices in three planes', () => {
  let reading: Reading
  beforeAll(async () => { reading = await openReading() }, 600_000)
  afterAll(() => reading?.close())

  test('is axial, sagittal and coronal side by side, each lettered as it lies in the body, and is gone through in each', async () => {
    const frame = await reading.show(await reading.store(sampled('CT of a chest', { most: 40 })))
    await frame.locator('[data-cy="Layout"]').click()
    await frame.getByText('MPR', { exact: true }).first().click()
    await expect.poll(() => lettersOf(frame), { timeout: firstImageMs }).toEqual(['A R', 'H A', 'H R'])
    await expect.poll(() => greysIn(frame), { timeout: firstImageMs }).toEqual([expect.toSatisfy(isPicture), expect.toSatisfy(isPicture), expect.toSatisfy(isPicture)])
    await reading.picture('mpr')
    expect(reading.opened.complaints).toEqual([])
    const places = () => frame.locator('[data-cy="viewport-overlay-bottom-right"]').allInnerTexts()
    await expect.poll(places, { timeout: firstImageMs }).toEqual(['I:21 (21/40)', '257/512', '257/512'])
    await frame.locator('canvas.cornerstone-canvas').nth(1).hover()
    await reading.page.mouse.wheel(0, 100)
    await expect.poll(places, { timeout: firstImageMs }).toEqual(['I:21 (21/40)', '258/512', '257/512'])
  }, 400_000)
})

const isPicture = (greys: number): boolean => greys > 20
const lettersOf = (frame: FrameLocator) => frame.locator('.ViewportOrientationMarkers').evaluateAll((panes) => panes.map((pane) => [...pane.querySelectorAll('.orientation-marker-value')].map(({ textContent }) => textContent).join(' ')))

/** How many greys the pictures of the panes have. */
const greysIn = (frame: FrameLocator) => frame.locator('canvas.cornerstone-canvas').evaluateAll((canvases) => canvases.map((canvas) => {
  const { width, height } = canvas as HTMLCanvasElement
  const { data } = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] }
  return new Set(data.filter((_, index) => index % 4 === 0)).size
}))
