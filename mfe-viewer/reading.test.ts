import { anInstance, aUID, bytesOf, hasProgram } from '@isocenter/testkit'
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleStudies } from '../packages/tools/src/samples/index.ts'
import { firstImageMs, openReading, type Reading } from './reading.fixture.ts'

/** Objects of a sample study, every so many of them. */
const sample = (title: string, every: number): Uint8Array[] => {
  const study = sampleStudies.find((one) => one.title.startsWith(title))
  if (study === undefined) throw new Error(`There is no sample study "${title}".`)
  return [...study.instances()].filter((_, index) => index % every === 0).map(({ bytes }) => bytes)
}

const valueOf = (dataSet: Record<string, { readonly Value?: readonly unknown[] }> | undefined, key: string) => dataSet?.[key]?.Value?.[0]

describe.skipIf(!hasProgram('chromium'))('reading in Chromium', () => {
  let reading: Reading
  beforeAll(async () => { reading = await openReading() }, 600_000)
  afterAll(() => reading?.close())

  test('a length is drawn, stored as a report, found by search, and drawn again when it is opened', async () => {
    const { page } = reading
    const study = await reading.store(sample('CT of a head', 8))
    let frame = await reading.show(study)
    await drawLength(page, frame)
    await frame.locator('[data-cy="trackedMeasurements-btn"]').click()
    await frame.getByRole('button', { name: 'Create SR' }).click()
    await frame.getByPlaceholder('Report name').fill('Width of the brain')
    const stored = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/dicom-web/studies'))
    await frame.getByRole('button', { name: 'Save', exact: true }).click()
    expect((await stored).status()).toBe(200)
    const [report] = await reading.dicomweb(`/studies/${study}/series?Modality=SR&includefield=0008103E`)
    expect(valueOf(report, '0008103E')).toBe('Width of the brain')

    frame = await reading.show(study)
    await frame.getByText('Width of the brain').dblclick()
    await frame.locator('svg.svg-layer').getByText(/\d+(\.\d+)? mm/).first().waitFor({ timeout: firstImageMs })
    await reading.picture('report-again')
  }, 400_000)

  test('a visitor of a share link is offered no report and no mark', async () => {
    const study = await reading.store(sample('MR of a brain', 30))
    const { organisation } = reading.opened
    const answer = await reading.page.request.post('/api/share-links', { data: { studies: [study], isAnonymised: true, validHours: 24 }, headers: { 'x-organisation': organisation.organisationId, origin: reading.screens.url } })
    const { path } = await answer.json() as { path: string }
    const visitor = await reading.screens.openPage()
    try {
      await visitor.page.goto(path)
      const viewer = visitor.page.frameLocator('iframe')
      await viewer.locator('canvas.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
      await drawLength(visitor.page, viewer)
      await viewer.locator('[data-cy="trackedMeasurements-btn"]').click()
      await viewer.locator('[data-cy="measurement-table-row-0"], [data-cy="data-row"]').first().waitFor()
      expect(await viewer.getByRole('button', { name: 'Create SR' }).isVisible()).toBe(false)
      expect(await viewer.locator('[data-cy="keyImages-btn"], [data-cy="priors-btn"]').count()).toBe(0)
    } finally {
      await visitor.close()
    }
  }, 400_000)

  test('an earlier study of the patient stands beside the current one with one press', async () => {
    await reading.store(sample('Radiograph of a chest, an earlier', 1))
    const frame = await reading.show(await reading.store(sample('CT of a chest', 35)))
    await frame.locator('[data-cy="priors-btn"]').click()
    await frame.getByRole('button', { name: /Compare: .*CHEST PA/ }).click()
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(2)
    await expect.poll(() => frame.locator('[data-cy="viewport-overlay-top-left"]').allInnerTexts(), { timeout: firstImageMs }).toEqual([expect.stringContaining('2026'), expect.stringContaining('20-Nov-2025')])
    await reading.picture('prior')
  }, 300_000)

  test('of a brain four series hang at once, and one where there is one', async () => {
    const objects = sample('MR of a brain', 9)
    const frame = await reading.show(await reading.store(objects))
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(4)
    await reading.picture('four-series')
  }, 300_000)

  test('the four views of mammography hang with the chest walls in the middle', async () => {
    const frame = await reading.show(await reading.store(fourViews()))
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(4)
    // At the chest wall the breast is; at the other edge, whichever way it was stored, is air.
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').evaluateAll((canvases) => canvases.map((element) => {
      const drawn = element as HTMLCanvasElement
      const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
      const pen = copy.getContext('2d')
      pen?.drawImage(drawn, 0, 0)
      const brightness = (x: number) => (pen?.getImageData(x, Math.round(copy.height / 2), 1, 1).data[0] ?? 0)
      return brightness(copy.width - 4) > brightness(4) ? 'wall at the right' : 'wall at the left'
    })), { timeout: firstImageMs }).toEqual(['wall at the right', 'wall at the left', 'wall at the right', 'wall at the left'])
    await reading.picture('mammography')
  }, 300_000)

  test('an image is marked, stored as a key object, and listed when the study is opened again', async () => {
    const study = await reading.store(sample('CT of a head', 10))
    let frame = await reading.show(study)
    await openKeyImages(frame)
    await frame.getByText('No image of this study is marked.').waitFor()
    await frame.getByRole('button', { name: 'Mark this image' }).click()
    await frame.getByText('The image is marked').waitFor({ timeout: firstImageMs })
    const [series] = await reading.dicomweb(`/studies/${study}/series?Modality=KO`)
    const [document] = await reading.dicomweb(`/studies/${study}/series/${String(valueOf(series, '0020000E'))}/metadata`)
    expect(document).toMatchObject({ '00080016': { Value: ['1.2.840.10008.5.1.4.1.1.88.59'] }, '0040A043': { Value: [{ '00080100': { Value: ['113000'] } }] }, '0040A730': { Value: [{ '0040A040': { Value: ['IMAGE'] } }] }, '00100020': { Value: ['ISO-0005'] } })

    frame = await reading.show(study)
    await openKeyImages(frame)
    await frame.locator('.isocenter-picture img').first().waitFor({ timeout: firstImageMs })
    expect(await frame.locator('.isocenter-picture').count()).toBe(1)
    await frame.locator('.isocenter-picture').first().click()
    await frame.locator('canvas.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    await reading.picture('key-image')
  }, 400_000)
})

async function openKeyImages(frame: FrameLocator): Promise<void> {
  await frame.locator('[data-cy="keyImages-btn"]').click()
  await frame.getByRole('button', { name: 'Mark this image' }).waitFor()
}

async function drawLength(page: Page, frame: FrameLocator): Promise<void> {
  await frame.locator('[data-cy="MeasurementTools-split-button-primary"]').click({ timeout: firstImageMs })
  const box = await frame.locator('canvas.cornerstone-canvas').first().boundingBox()
  if (box === null) throw new Error('There is no image to draw upon.')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x - 60, y)
  await page.mouse.down()
  await page.mouse.move(x, y + 10, { steps: 4 })
  await page.mouse.move(x + 60, y + 20, { steps: 4 })
  await page.mouse.up()
  await frame.locator('[data-cy="prompt-begin-tracking-yes-btn"]').click({ timeout: firstImageMs })
}

/** Four views of 200 × 160, bright towards the chest wall; the right CC is stored with its wall at the left, the others with it at the right. */
function fourViews(): Uint8Array[] {
  const StudyInstanceUID = aUID()
  return (['R', 'L'] as const).flatMap((ImageLaterality) => (['CC', 'MLO'] as const).map((ViewPosition) => {
    const isWallAtLeft = ImageLaterality === 'R' && ViewPosition === 'CC'
    const pixels = new Uint16Array(200 * 160)
    for (let y = 0; y < 200; y++) {
      for (let x = 0; x < 160; x++) {
        const fromWall = isWallAtLeft ? x : 159 - x
        if (fromWall < 110 - Math.abs(y - 100)) pixels[y * 160 + x] = 3000 - 10 * fromWall
      }
    }
    return bytesOf(anInstance({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.2', Modality: 'MG', StudyInstanceUID, ImageLaterality, ViewPosition, PatientOrientation: [isWallAtLeft ? 'A' : 'P', ViewPosition === 'CC' ? 'L' : 'F'],
      VOILUTFunction: 'LINEAR', WindowCenter: 1500, WindowWidth: 3000, RescaleIntercept: 0, Rows: 200, Columns: 160,
      ImageOrientationPatient: undefined, ImagePositionPatient: undefined, FrameOfReferenceUID: undefined, PixelData: Buffer.from(pixels.buffer),
    }))
  }))
}
