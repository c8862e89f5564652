/** Collecting for films in the viewer (VIEW-07, FILM-02), in Chromium. */
import type { FilmBasket } from '@isocenter/contracts'
import { hasProgram } from '@isocenter/testkit'
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstImageMs, openReading, sampled, type Reading } from './reading.fixture.ts'
import { windowOf } from './src/ohif/extension/film.ts'
import { arrangementOf } from './src/ohif/extension/film-view.ts'

test('the range of greys is the window that makes it (PS3.3 §C.11.2.1.2), and is none for colours and uptake', () => {
  // Center 40 and width 400 map -160 to black and 239 to white.
  expect(windowOf({ lower: -160, upper: 239 }, { PhotometricInterpretation: 'MONOCHROME2', Modality: 'CT' })).toEqual({ center: 40, width: 400 })
  expect(windowOf({ lower: 0, upper: 255 }, { PhotometricInterpretation: 'RGB' })).toBeUndefined()
  expect(windowOf({ lower: 0, upper: 5 }, { PhotometricInterpretation: 'MONOCHROME2', Modality: 'PT' })).toBeUndefined()
  expect(windowOf(undefined, { PhotometricInterpretation: 'MONOCHROME2' })).toBeUndefined()
})

describe('how an image lies in its pane', () => {
  const image = { width: 100, height: 50 }
  /** A pane of 200 x 100 over the whole image, or `scale` times enlarged around a place of it; `turn` takes the pane to the image before that. */
  const lying = (turn: (x: number, y: number) => [number, number], { scale = 2, middle = [50, 25] }: { scale?: number; middle?: [number, number] } = {}) => arrangementOf({
    size: { width: 200, height: 100 }, image, at: ([x, y]) => { const [across, along] = turn(x - 100, y - 50); return [middle[0] + across / scale, middle[1] + along / scale] },
  })
  test.each([
    ['as it is', (x: number, y: number): [number, number] => [x, y], {}],
    ['mirrored', (x: number, y: number): [number, number] => [-x, y], { isFlipped: true }],
    ['upside down and mirrored', (x: number, y: number): [number, number] => [x, -y], { rotation: 180, isFlipped: true }],
    ['turned about', (x: number, y: number): [number, number] => [-x, -y], { rotation: 180 }],
  ] as const)('%s', (_what, turn, expected) => {
    expect(lying(turn)).toEqual(expected)
  })
  test('a quarter clockwise, its left side is at the top', () => {
    const clockwise = (x: number, y: number): [number, number] => [y, -x]
    expect(lying(clockwise, { scale: 1 })).toEqual({ rotation: 90 })
    expect(lying((x, y) => clockwise(-x, y), { scale: 1 })).toEqual({ rotation: 90, isFlipped: true })
    expect(lying((x, y) => clockwise(-x, -y), { scale: 1 })).toEqual({ rotation: 270 })
  })
  test('what is enlarged is the part in sight, and none beyond the image', () => {
    expect(lying((x, y) => [x, y], { scale: 4 })).toEqual({ area: { left: 25, top: 13, width: 50, height: 25 } })
    expect(lying((x, y) => [x, y], { scale: 4, middle: [90, 25] })).toEqual({ area: { left: 65, top: 13, width: 35, height: 25 } })
    expect(lying((x, y) => [x, y], { middle: [400, 25] })).toEqual({})
  })
  test('turned by other than right angles it is whole, turned by the nearest', () => {
    const by = (degrees: number) => (x: number, y: number): [number, number] => { const a = (degrees * Math.PI) / 180; return [x * Math.cos(a) + y * Math.sin(a), y * Math.cos(a) - x * Math.sin(a)] }
    expect(lying(by(80), { scale: 4 })).toEqual({ rotation: 90 })
    expect(lying(by(20), { scale: 4 })).toEqual({})
  })
})

describe.skipIf(!hasProgram('chromium'))('collecting for films in Chromium', () => {
  let reading: Reading
  let study: string
  const images = 6

  beforeAll(async () => {
    reading = await openReading()
    study = await reading.store(sampled('CT of a head', { most: images }))
  }, 600_000)
  afterAll(() => reading?.close())

  const basketOf = async (page: Page): Promise<FilmBasket['items']> => {
    const answer = await page.request.get('/api/film/basket', { headers: { 'x-organisation': reading.opened.organisation.organisationId } })
    expect(answer.status()).toBe(200)
    return (await answer.json() as FilmBasket).items
  }
  const shown = async (frame: FrameLocator) => {
    await frame.locator('canvas.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    await frame.locator('canvas.cornerstone-canvas').first().click({ position: { x: 30, y: 200 } })
  }

  test('F6 takes the image as it is seen, F7 its series, the buttons do the same, and it is said what was taken', async () => {
    const { page } = reading
    const frame = await reading.show(study)
    await shown(frame)
    await page.keyboard.press('2')
    await page.keyboard.press('F6')
    await frame.getByText('Collected for films: 1 (1)').waitFor()
    const [item] = await basketOf(page)
    // The second preset of CT is that of the lung.
    expect(item?.window).toEqual({ center: expect.closeTo(-600, 0) as number, width: expect.closeTo(1500, 0) as number })
    expect(item?.StudyInstanceUID).toBe(study)
    const film = frame.getByRole('group', { name: 'Film' })
    await reading.picture('film-collected')
    await film.getByRole('button', { name: 'Collect the image for films' }).click()
    await frame.getByText('Collected already; printed as it is seen now. (1)').waitFor()
    await shown(frame)
    await page.keyboard.press('F7')
    await frame.getByText(`Collected for films: ${String(images - 1)} (${String(images)})`).waitFor()
    expect(await basketOf(page)).toHaveLength(images)
    // As it was stored: nothing is said of it.
    expect(item?.view).toBeUndefined()
    // Turned, mirrored, inverted by the viewer's own keys.
    for (const key of ['r', 'h', 'i']) await page.keyboard.press(key)
    await page.keyboard.press('F6')
    await expect.poll(async () => (await basketOf(page)).find(({ SOPInstanceUID }) => SOPInstanceUID === item?.SOPInstanceUID)?.view, { timeout: firstImageMs }).toEqual({ isInverted: true, rotation: 90, isFlipped: true })
  }, 400_000)

  test('the keys are among those a reader chooses himself', async () => {
    const { page } = reading
    const frame = await reading.show(study)
    await shown(frame)
    await frame.locator('button.mt-2[aria-haspopup="menu"]').click()
    await frame.getByRole('menuitem', { name: 'Preferences' }).click()
    await frame.getByText('Collect the image for films').waitFor()
    await frame.getByText('Collect the series for films').waitFor()
    await page.keyboard.press('Escape')
  }, 400_000)

  test('who may not print films is offered nothing, and is told so at the key; a visitor of a share link not even that', async () => {
    const { screens, opened: { organisation }, page } = reading
    const general = await screens.signedInPage({ organisation, role: 'general', language: 'en' })
    try {
      await general.page.goto(`/o/${organisation.organisationId}/viewer?studies=${study}`)
      const frame = general.page.frameLocator('iframe.viewer-frame')
      await shown(frame)
      expect(await frame.getByRole('group', { name: 'Film' }).isVisible()).toBe(false)
      await general.page.keyboard.press('F6')
      await frame.getByText('You may not print films in this organisation.').waitFor()
    } finally {
      await general.close()
    }
    const answer = await page.request.post('/api/share-links', { data: { studies: [study], isAnonymised: true, validHours: 24 }, headers: { 'x-organisation': organisation.organisationId, origin: screens.url } })
    const { path } = await answer.json() as { path: string }
    const visitor = await screens.openPage()
    const asked: string[] = []
    visitor.page.on('request', (request) => { if (request.url().includes('/api/')) asked.push(`${request.method()} ${new URL(request.url()).pathname}`) })
    try {
      await visitor.page.goto(path)
      const frame = visitor.page.frameLocator('iframe')
      await shown(frame)
      expect(await frame.getByRole('group', { name: 'Film' }).count()).toBe(0)
      await visitor.page.keyboard.press('F6')
      await visitor.page.keyboard.press('F7')
      await frame.locator('canvas.cornerstone-canvas').first().click({ position: { x: 40, y: 220 } })
      expect(asked.filter((line) => line.includes('film') || line.includes('memberships'))).toEqual([])
    } finally {
      await visitor.close()
    }
  }, 400_000)
})
