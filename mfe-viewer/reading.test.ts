import { anInstance, aStudy, aUID, bytesOf, hasProgram, type SyntheticStudy } from '@isocenter/testkit'
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enhancedMr } from './enhanced.fixture.ts'
import { firstImageMs, openReading, sampled, type Reading } from './reading.fixture.ts'
import { structureSet } from './src/ohif/extension/objects/kinds.ts'
import { words } from './src/ohif/words.ts'
import { chinese } from './vendor/chinese.ts'

const valueOf = (dataSet: Record<string, { readonly Value?: readonly unknown[] }> | undefined, key: string) => dataSet?.[key]?.Value?.[0]

describe.skipIf(!hasProgram('chromium'))('reading in Chromium', () => {
  let reading: Reading
  beforeAll(async () => { reading = await openReading() }, 600_000)
  afterAll(() => reading?.close())

  test('a length is drawn, stored as a report, found by search, and drawn again when it is opened', async () => {
    const { page } = reading
    const study = await reading.store(sampled('CT of a head', { every: 8 }))
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
    await openReport(frame)
    await reading.picture('report-again')
    // Whichever is there first, the image or what is to be drawn upon it.
    const debug = await page.context().newCDPSession(page)
    for (const rate of [2, 3, 4, 1]) {
      await debug.send('Emulation.setCPUThrottlingRate', { rate })
      await openReport(await reading.show(study))
    }
  }, 900_000)

  test('a visitor of a share link is offered no report and no mark', async () => {
    const study = await reading.store(sampled('MR of a brain', { every: 30 }))
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

  test('an earlier study of the patient stands beside the current one with one press, and in the address; the bar says what was corrected, and a pane that it is of another patient now', async () => {
    const [earlier, current] = [await reading.store(sampled('Radiograph of a chest, an earlier')), await reading.store(sampled('CT of a chest', { every: 35 }))]
    const { page, opened } = reading
    const frame = await reading.show(current)
    await frame.locator('[data-cy="priors-btn"]').click()
    await frame.getByRole('button', { name: /Compare: .*CHEST PA/ }).click()
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(2)
    await expect.poll(() => frame.locator('[data-cy="viewport-overlay-top-left"]').allInnerTexts(), { timeout: firstImageMs }).toEqual([expect.stringContaining('2026'), expect.stringContaining('20-Nov-2025')])
    await reading.picture('prior')
    await page.waitForURL(`**/viewer?studies=${current},${earlier}`)

    const answer = await page.request.patch(`/api/studies/${current}/case`, { data: { corrections: { PatientName: 'Wang^DaMing=王^大明', PatientID: 'ELSE-1' } }, headers: { 'x-organisation': opened.organisation.organisationId, 'if-match': '"0"', 'origin': reading.screens.url } })
    expect([answer.status(), (await answer.text()).slice(0, 200)]).toEqual([200, expect.anything()])
    const isSaid = async () => {
      await expect.poll(() => page.locator('.viewer-corrected').allInnerTexts(), { timeout: firstImageMs }).toEqual([expect.stringMatching(/^Corrected \(CT 2026-\d\d-\d\d .*\): Name .* → Wang DaMing \(王大明\); Patient ID .* → ELSE-1$/)])
      // Its images have the number of the study beside it.
      await expect.poll(() => frame.locator('[data-cy="viewport-overlay-top-left"]').allInnerTexts(), { timeout: firstImageMs }).toEqual([expect.stringContaining(words.en.nowAnotherPatient), expect.not.stringContaining(words.en.nowAnotherPatient)])
    }
    await isSaid()
    await page.reload()
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(2)
    await expect.poll(() => frame.locator('[data-cy="viewport-overlay-top-left"]').allInnerTexts(), { timeout: firstImageMs }).toEqual([expect.stringContaining('2026'), expect.stringContaining('20-Nov-2025')])
    await isSaid()
    await reading.picture('prior-again')
  }, 300_000)

  test('two studies that lie in one space are scrolled together', async () => {
    const [one, other] = [aStudy({ instances: 6, PatientID: 'LINKED' }), aStudy({ instances: 6, PatientID: 'LINKED' })].map(({ instances }) => instances.map((instance) => bytesOf(instance)))
    const frame = await reading.show(await reading.store(one ?? []), await reading.store(other ?? []))
    const slices = () => frame.locator('[data-cy="viewport-overlay-bottom-right"]').allInnerTexts()
    await expect.poll(slices, { timeout: firstImageMs }).toEqual([expect.stringContaining('(4/6)'), expect.stringContaining('(4/6)')])
    await frame.locator('canvas.cornerstone-canvas').first().hover()
    await reading.page.mouse.wheel(0, -100)
    await expect.poll(slices, { timeout: firstImageMs }).toEqual([expect.stringContaining('(3/6)'), expect.stringContaining('(3/6)')])
  }, 240_000)

  test('each structure set of a series is chosen by its name, and its structures are listed; a multi-frame image that lacks a slice says so, one of two moments that lacks none does not', async () => {
    const ct = aStudy({ instances: 3 })
    const series = aUID()
    const multiframe = (SeriesDescription: string, slices: readonly number[]) =>
      bytesOf(anInstance({ ...enhancedMr([1, 2].flatMap((time) => slices.map((slice) => ({ z: slice * 3, time })))), StudyInstanceUID: ct.StudyInstanceUID, SeriesNumber: 7, SeriesDescription }))
    const study = await reading.store([
      ...ct.instances.map((instance) => bytesOf(instance)), structures(ct, series, { StructureSetLabel: 'Boost', StructureSetTime: '140355', ROIName: 'GTV', side: 4 }), structures(ct, series, { StructureSetLabel: 'Plan', StructureSetTime: '090000', ROIName: 'PTV', side: 8 }),
      multiframe('Whole volumes', [0, 1, 2, 3, 4]), multiframe('Volumes that lack a slice', [0, 1, 3, 4]),
    ])
    const frame = await reading.show(study)
    const warningOf = (description: string) => frame.locator('[data-cy="study-browser-thumbnail"]', { hasText: description }).locator('[id^="display-set-tooltip"]')
    await warningOf('Volumes that lack a slice').hover({ timeout: firstImageMs })
    await frame.getByText('Display set has missing frames.').first().waitFor({ timeout: firstImageMs })
    await frame.getByText('Display set is not a reconstructable 3D volume.').first().waitFor()
    await frame.locator('[data-cy="study-browser-thumbnail"]', { hasText: 'Whole volumes' }).waitFor()
    await expect.poll(() => warningOf('Whole volumes').count(), { timeout: firstImageMs }).toBe(0)
    const isMprOffered = async (description: string) => {
      await frame.locator('[data-cy="study-browser-thumbnail"]', { hasText: description }).dblclick()
      await frame.locator('[data-cy="viewport-overlay-top-left"]', { hasText: description }).waitFor({ timeout: firstImageMs })
      await frame.locator('[data-cy="Layout"]').click()
      const clicks = await frame.locator('[data-cy="MPR"]').evaluate((offer) => getComputedStyle(offer).pointerEvents)
      await reading.page.keyboard.press('Escape')
      return clicks !== 'none'
    }
    expect([await isMprOffered('Volumes that lack a slice'), await isMprOffered('Whole volumes')]).toEqual([false, true])
    // What was opened before stays drawn until it is removed from the pane.
    for (const [drawn, [name, structure]] of [['Plan · 2026-11-22 09:00 · RT sets', 'PTV'], ['Boost · 2026-11-22 14:03 · RT sets', 'GTV']].entries()) {
      await frame.locator('[data-cy="study-browser-thumbnail-no-image"]').getByText(name ?? '').dblclick({ timeout: firstImageMs })
      await frame.locator('[data-cy="data-row"]', { hasText: structure }).first().waitFor({ timeout: firstImageMs })
      await frame.getByRole('combobox').filter({ hasText: name }).waitFor()
      await expect.poll(() => frame.locator('svg.svg-layer path').count(), { timeout: firstImageMs }).toBe(drawn + 1)
      await reading.picture(`structures-${structure}`)
    }
    // In Chinese, too, where the release has no words of its own.
    const reader = await reading.screens.signedInPage({ organisation: reading.opened.organisation, language: 'zh-CN' })
    const inChinese = await reading.showTo(reader.page, study)
    await inChinese.locator('[data-cy="study-browser-thumbnail-no-image"]').getByText('Plan').dblclick({ timeout: firstImageMs })
    await inChinese.locator('[data-cy="data-row"]', { hasText: 'PTV' }).first().waitFor({ timeout: firstImageMs })
    await inChinese.locator('[data-cy="study-browser-thumbnail"]', { hasText: 'Volumes that lack a slice' }).locator('[id^="display-set-tooltip"]').hover()
    await inChinese.getByText(chinese.Messages['7']).first().waitFor()
    await inChinese.getByText(chinese.Messages['Display Set Messages']).first().waitFor()
    await reading.picture('structures-chinese', reader.page)
    await expect.poll(() => inChinese.getByText(/Segmentation|Display set/i).filter({ visible: true }).allInnerTexts(), { timeout: firstImageMs }).toEqual([])
    await reader.close()
  }, 400_000)

  test('of a brain four series hang at once, and one where there is one', async () => {
    const objects = sampled('MR of a brain', { every: 9 })
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
    const study = await reading.store(sampled('CT of a head', { every: 10 }))
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

/** Opens the report, and waits for the length it has. */
async function openReport(frame: FrameLocator): Promise<void> {
  await frame.getByText('Width of the brain').dblclick()
  await frame.locator('svg.svg-layer').getByText(/\d+(\.\d+)? mm/).first().waitFor({ timeout: firstImageMs })
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

/** A structure set of one structure, a square of so many millimetres upon every slice. */
function structures({ StudyInstanceUID, instances, series: [images] }: SyntheticStudy, SeriesInstanceUID: string, { ROIName, side, ...set }: { readonly StructureSetLabel: string; readonly StructureSetTime: string; readonly ROIName: string; readonly side: number }): Uint8Array {
  const space = String(valueOf(instances[0], '00200052'))
  const squares = instances.map((image) => {
    const [x = 0, y = 0, z = 0] = (image['00200032']?.Value ?? []).map(Number)
    return { ContourGeometricType: 'CLOSED_PLANAR', NumberOfContourPoints: 4, ContourData: [[1, 1], [side, 1], [side, side], [1, side]].flatMap(([right = 0, down = 0]) => [x + right, y + down, z]) }
  })
  return bytesOf(anInstance({
    kind: 'SR', SOPClassUID: structureSet, Modality: 'RTSTRUCT', ValueType: undefined, ConceptNameCodeSequence: undefined, ContinuityOfContent: undefined, CompletionFlag: undefined, VerificationFlag: undefined, ContentSequence: undefined,
    StudyInstanceUID, SeriesInstanceUID, SeriesNumber: 5, SeriesDescription: 'RT sets', StructureSetDate: '20261122', ...set,
    ReferencedFrameOfReferenceSequence: [{ FrameOfReferenceUID: space, RTReferencedStudySequence: [{ ReferencedSOPClassUID: '1.2.840.10008.3.1.2.3.1', ReferencedSOPInstanceUID: StudyInstanceUID, RTReferencedSeriesSequence: [{
      SeriesInstanceUID: images?.SeriesInstanceUID, ContourImageSequence: instances.map((image) => ({ ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.2', ReferencedSOPInstanceUID: String(valueOf(image, '00080018')) })),
    }] }] }],
    StructureSetROISequence: [{ ROINumber: 1, ReferencedFrameOfReferenceUID: space, ROIName, ROIGenerationAlgorithm: null }],
    ROIContourSequence: [{ ROIDisplayColor: [255, 0, 0], ReferencedROINumber: 1, ContourSequence: squares }],
    RTROIObservationsSequence: [{ ObservationNumber: 1, ReferencedROINumber: 1, RTROIInterpretedType: null, ROIInterpreter: null }],
  }))
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
