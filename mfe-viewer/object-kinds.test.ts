import type { FrameLocator } from 'playwright-core'
import { anInstance, bytesOf, hasProgram, sharedDicom } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collected, firstImageMs, openReading, recordVideo, type Reading } from './reading.fixture.ts'
import { marksImages, linesOf } from './src/ohif/extension/objects/report-content.ts'
import { reasonOf, referencedSeriesOf } from './src/ohif/extension/objects/kinds.ts'
import { areBesideImages, namedStructures, nameSeries, structuresHindrance } from './src/ohif/extension/objects/structures.ts'
import { isVideo } from './src/ohif/extension/objects/video.ts'
import { words } from './src/ohif/words.ts'

/** What every kind of object becomes in the viewer, as docs/viewer.md has it. `shows`: a picture is drawn; else what is said. */
const kinds: readonly (readonly [kind: string, files: readonly string[], shows: string | RegExp])[] = [
  ['an enhanced CT', ['enhanced/eCT_Supplemental.dcm'], 'picture'],
  ['a radiograph', ['cr-dx/dx_image.dcm'], 'picture'],
  ['a radiograph whose pixels are said to have no size', ['cr-dx/RG1_J2KI.dcm'], 'picture'],
  ['a mammogram, JPEG lossless with a sigmoid VOI', ['mammo/GH133.dcm'], 'picture'],
  ['an ultrasound cine in colour', ['us-multiframe/IM00001.implicit_little_endian.dcm'], 'picture'],
  ['an angiography', ['xa/0003.dcm'], 'picture'],
  ['a fundus photograph, JPEG lossless', ['secondary-capture/sample-op.dcm'], 'picture'],
  ['a colour capture', ['secondary-capture/SC_rgb_jpeg_gdcm.dcm'], 'picture'],
  ['a dose', ['rt/rtdose.dcm'], 'picture'],
  ['a radiotherapy image', ['rt/RTImageStorage.dcm'], 'picture'],
  ['an electrocardiogram', ['ecg/waveform_ecg.dcm'], 'picture'],
  ['a document of PDF', ['pdf/pdf.dcm'], 'object'],
  ['a report of text', ['sr/basic-text-sr.dcm'], 'article'],
  ['measurements whose images are not there', ['sr/sample-sr.dcm'], 'article'],
  ['a segmentation whose images are not there', ['seg/pet-tumor/tumor_User1_Manual_Trial1.dcm'], words.en.withoutImages],
  ['a structure set whose images are not there', ['rt/rtss.dcm'], words.en.withoutImages],
  ['a parametric map', ['enhanced/parametric_map_double_float.dcm'], words.en.parametricMap],
  ['a radiotherapy plan', ['rt/rtplan-2.dcm'], words.en.plan],
  ['a presentation state', ['ko-pr/roi-tests/real01.pr.dcm'], words.en.presentationState],
  ['spectroscopy', ['enhanced/31001_1.3.12.2.1107.5.2.61.237021.2026060513334674585008321.dcm'], words.en.spectroscopy],
  ['a mapping of values', ['sr/qin-headneck-0003-tid1500/rwvm.dcm'], words.en.realWorldValues],
  ['JPEG XL', ['transfer-syntaxes/will-jxl.dcm'], words.en.unreadable],
]

describe.skipIf(!hasProgram('chromium') || sharedDicom() === undefined)('in the viewer', () => {
  let reading: Reading
  beforeAll(async () => { reading = await openReading() }, 600_000)
  afterAll(() => reading?.close())
  /** What the policy kept from being made of text. */
  const evaluations = () => reading.opened.complaints.filter((complaint) => complaint.includes('unsafe-eval'))

  test.each(kinds)('%s', async (kind, files, shows) => {
    const frame = await reading.show(await reading.store(files.map(collected)))
    if (shows === 'picture') {
      await expect.poll(() => frame.locator('canvas.cornerstone-canvas').first().evaluate(isDrawn), { timeout: firstImageMs }).toBe(true)
      expect(await frame.locator('.isocenter-notice').count()).toBe(0)
    } else if (shows === 'object' || shows === 'article') await frame.locator(shows).first().waitFor({ timeout: firstImageMs })
    else await frame.locator('.isocenter-notice').getByText(shows).first().waitFor({ timeout: firstImageMs })
    await reading.picture(`kind-${kind.replaceAll(/\W+/g, '-')}`)
  }, 240_000)

  test('a slide of compressed tiles is drawn, and breaks no policy', async () => {
    const frame = await reading.show(await reading.store([collected('wsi/sm_image_jpegls.dcm')]))
    await expect.poll(async () => (await frame.locator('[data-cy="viewport-pane"] canvas').evaluateAll((canvases) => canvases.length > 0)) && frame.locator('[data-cy="viewport-pane"] canvas').last().evaluate(isDrawn), { timeout: firstImageMs }).toBe(true)
    await reading.picture('kind-a-slide')
    expect(evaluations()).toEqual([])
  }, 240_000)

  describe('segmentations of a liver', () => {
    let study: string
    beforeAll(async () => {
      const narrower = Buffer.from(collected('seg/compressed/liver_nonbyte_aligned_rle.dcm')).toString('latin1').replaceAll('Liver Segmentation', 'Liver cut narrower')
      study = await reading.store([...['01', '02', '03', 'liver', 'partial_overlaps'].map((name) => collected(`seg/liver-ct/${name}.dcm`)), Buffer.from(narrower, 'latin1')])
    })

    test('lie upon its slices pixel by pixel; what is listed is hidden and shown again', async () => {
      const frame = await reading.show(study)
      await layUpon(frame, 'Liver Segmentation')
      // Nothing is asked, and the pane says which side is which.
      await frame.locator('.orientation-marker-value').filter({ hasText: /^R/ }).first().waitFor({ timeout: firstImageMs })
      expect(await frame.locator('#viewport-notification').count()).toBe(0)
      await expect.poll(() => segmentedIn(frame), { timeout: firstImageMs }).toEqual([{ 1: [35220, 75513, 186523] }, { 1: [35645, 75006, 187035] }, { 1: [36233, 74494, 187547] }])
      const row = frame.locator('[data-cy="data-row"]', { hasText: 'Liver' })
      const coloured = () => frame.locator('canvas.cornerstone-canvas').first().evaluate(isColoured)
      await expect.poll(coloured, { timeout: firstImageMs }).toBe(true)
      await reading.picture('kind-a-segmentation')
      await row.getByRole('button', { name: 'Hide' }).click()
      await expect.poll(coloured, { timeout: firstImageMs }).toBe(false)
      await row.getByRole('button', { name: 'Show' }).click()
      await expect.poll(coloured, { timeout: firstImageMs }).toBe(true)
      await frame.getByRole('button', { name: words.en.filmImageKey }).click()
      await frame.getByText(words.en.filmWithoutSegments).waitFor()
      expect(evaluations()).toEqual([])
    }, 240_000)

    test('lie upon each other where they overlap, each whole', async () => {
      const frame = await reading.show(study)
      await layUpon(frame, /^Segmentation$/)
      const drawn = async () => (await segmentedIn(frame)).flatMap(Object.entries).sort(([one, [some]], [other, [others]]) => one.localeCompare(other) || some - others)
      const line = ['3', [117, 130716, 130832]]
      await expect.poll(drawn, { timeout: firstImageMs }).toEqual([['1', [9602, 87752, 136912]], ['2', [11888, 101129, 160053]], line, line, ['3', [10509, 105678, 144716]], ['4', [6693, 160573, 203080]], ['5', [4713, 169125, 204478]]])
      await expect.poll(() => frame.locator('[data-cy="data-row-title"]').allInnerTexts(), { timeout: firstImageMs }).toEqual(['GREEN', 'ORANGE', 'PURPLE', 'LIGHT_BLUE', 'DARK_BLUE'])
      await reading.picture('kind-segments-that-overlap')
    }, 240_000)

    test('of other measures than its slices say so', async () => {
      const frame = await reading.show(study)
      await frame.getByText('Liver cut narrower').dblclick({ timeout: firstImageMs })
      await frame.locator('.isocenter-notice').getByText(words.en.unfit).waitFor({ timeout: firstImageMs })
      await reading.picture('kind-a-segmentation-that-does-not-fit')
    }, 240_000)
  })

  test('frames of a segmentation that do not end with a byte lie where they should', async () => {
    const frame = await reading.show(await reading.store(['IMG0001', 'IMG0002', 'IMG0003', 'label_seg'].map((name) => collected(`seg/tiny-ct/${name}.dcm`))))
    await layUpon(frame, /^Segmentation$/)
    await expect.poll(() => segmentedIn(frame), { timeout: firstImageMs }).toEqual([{ 1: [4, 0, 873] }, { 1: [314, 0, 873] }, { 1: [4, 0, 873] }])
  }, 240_000)

  test('a segmentation by probabilities says that it is not drawn', async () => {
    const slices = ['17106', '17136', '17166', '17196'].map((name) => collected(`dicomdir/fileset-patients/77654033/CT2/${name}`))
    const frame = await reading.show(await reading.store([...slices, collected('seg/highdicom-ct/seg_image_ct_true_fractional.dcm')]))
    await frame.locator('[data-cy="study-browser-thumbnail-no-image"]').dblclick({ timeout: firstImageMs })
    await frame.locator('.isocenter-notice').getByText(words.en.fractional).waitFor({ timeout: firstImageMs })
  }, 240_000)

  test('structure sets of one series of whose images most are not there are not drawn upon the one that is, and say so, each by its name', async () => {
    const second = Buffer.from(Buffer.from(collected('rt/rtss.dcm')).toString('latin1').replaceAll('3190.20090511122144', '3190.20090511122145').replace('CT_1', 'CT_2'), 'latin1')
    const frame = await reading.show(await reading.store([...['rt/rtss.dcm', 'rt/ct.0.dcm'].map(collected), second]))
    for (const name of ['CT_1 · 1901-01-01 00:00', 'CT_2 · 1901-01-01 00:00']) {
      await frame.locator('[data-cy="study-browser-thumbnail-no-image"]').getByText(name).dblclick({ timeout: firstImageMs })
      const notice = frame.locator('.isocenter-notice', { hasText: name })
      await notice.getByText(words.en.besideImages).waitFor({ timeout: firstImageMs })
    }
    await reading.picture('kind-a-structure-set-without-most-images')
  }, 240_000)

  test('a video plays', async () => {
    await reading.page.goto('/sign-in')
    const video = await recordVideo(reading.page)
    const object = anInstance({ kind: 'SC', SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.1.1', Modality: 'ES', Rows: 48, Columns: 64, NumberOfFrames: 25, PhotometricInterpretation: 'YBR_PARTIAL_420' })
    const frame = await reading.show(await reading.store([bytesOf(object, { transferSyntaxUID: '1.2.840.10008.1.2.4.102', pixelData: { frames: [[video]] } })]))
    expect(await frame.locator('video').evaluate(async (element: HTMLVideoElement) => {
      await element.play()
      return [element.videoWidth, element.videoHeight, element.paused]
    })).toEqual([64, 48, false])
  }, 240_000)
})

/** Opened from the list of series: drawn and listed. */
async function layUpon(frame: FrameLocator, description: string | RegExp): Promise<void> {
  await frame.locator('[data-cy="study-browser-thumbnail-no-image"]').getByText(description).first().dblclick({ timeout: firstImageMs })
  await frame.locator('[data-cy="data-row"]').first().waitFor({ timeout: firstImageMs })
}

/** The page answers late while many layers are drawn. */
const segmentedIn = (frame: FrameLocator) => frame.locator('body').evaluate(segmented, undefined, { timeout: firstImageMs })

/** What is drawn of segmentations, a slice or a layer of one each: of every segment how many pixels it has, and where the first and the last of them are. */
function segmented(): Record<number, [count: number, first: number, last: number]>[] {
  const { cornerstone, cornerstoneTools } = window as unknown as {
    readonly cornerstone: { readonly cache: { readonly getImage: (imageId: string) => { readonly voxelManager: { readonly getScalarData: () => Iterable<number> } } } }
    readonly cornerstoneTools: { readonly segmentation: { readonly state: { readonly getSegmentations: () => readonly { readonly representationData: { readonly Labelmap: { readonly imageIds: readonly string[] } } }[] } } }
  }
  return cornerstoneTools.segmentation.state.getSegmentations().flatMap(({ representationData }) => representationData.Labelmap.imageIds.map((imageId) => {
    const segments: Record<number, [number, number, number]> = {}
    let place = 0
    for (const segment of cornerstone.cache.getImage(imageId).voxelManager.getScalarData()) {
      const [count = 0, first = place] = segments[segment] ?? []
      if (segment !== 0) segments[segment] = [count + 1, first, place]
      place += 1
    }
    return segments
  }))
}

/** Some pixels are of a colour; slices of CT are grey. */
const isColoured = (canvas: Element): boolean => {
  const drawn = canvas as HTMLCanvasElement
  const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
  const pen = copy.getContext('2d')
  pen?.drawImage(drawn, 0, 0)
  const { data } = pen?.getImageData(0, 0, copy.width, copy.height) ?? { data: new Uint8ClampedArray() }
  return data.some((red, index) => index % 4 === 0 && Math.abs(red - (data[index + 2] ?? 0)) > 30)
}

/** Some pixels are not the colour of the others. */
const isDrawn = (canvas: Element): boolean => {
  const drawn = canvas as HTMLCanvasElement
  const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
  const pen = copy.getContext('2d')
  pen?.drawImage(drawn, 0, 0)
  const pixels = new Uint32Array(pen?.getImageData(0, 0, copy.width, copy.height).data.buffer ?? new ArrayBuffer(0))
  return pixels.some((pixel) => pixel !== pixels[0])
}

test.each([
  ['1.2.840.10008.5.1.4.1.1.11.1', 'presentationState'], ['1.2.840.10008.5.1.4.1.1.481.5', 'plan'], ['1.2.840.10008.5.1.4.1.1.104.2', 'document'],
  ['1.2.840.10008.5.1.4.1.1.66', 'rawData'], ['1.2.840.10008.5.1.4.1.1.66.1', 'registration'], ['1.2.840.10008.5.1.4.1.1.66.5', 'unknown'], [undefined, 'unknown'],
] as const)('of class %s the reason is %s', (SOPClassUID, reason) => { expect(reasonOf(SOPClassUID)).toBe(reason) })

test('a report is read as headings, names and values', () => {
  const code = (CodeMeaning: string) => [{ CodeMeaning }]
  const report = { ContentSequence: [
    { ValueType: 'CONTAINER', ConceptNameCodeSequence: code('Findings'), ContentSequence: [
      { ValueType: 'TEXT', ConceptNameCodeSequence: code('Finding'), TextValue: '右上肺见一结节' },
      { ValueType: 'NUM', ConceptNameCodeSequence: code('Length'), MeasuredValueSequence: [{ NumericValue: 8.5, MeasurementUnitsCodeSequence: [{ CodeValue: 'mm' }] }] },
      { ValueType: 'NUM', ConceptNameCodeSequence: code('Count'), MeasuredValueSequence: { NumericValue: '2', MeasurementUnitsCodeSequence: [{ CodeValue: '1' }] } },
      { ValueType: 'PNAME', ConceptNameCodeSequence: code('Observer'), PersonName: { Alphabetic: 'Li^Na' } },
      { ValueType: 'DATE', ConceptNameCodeSequence: code('Date'), Date: '20261122' },
    ] },
    { ValueType: 'IMAGE' },
  ] }
  expect(linesOf(report).map(({ depth, name, value }) => [depth, name, value])).toEqual([
    [0, 'Findings', ''], [1, 'Finding', '右上肺见一结节'], [1, 'Length', '8.5 mm'], [1, 'Count', '2'], [1, 'Observer', 'Li Na'], [1, 'Date', '2026-11-22'],
  ])
  expect(marksImages(report)).toBe(false)
  expect(marksImages({ ContentSequence: [{ ContentSequence: { ValueType: 'SCOORD' } }] })).toBe(true)
})

test('the images an object was made on are named in one of three places', () => {
  expect([...referencedSeriesOf({ ReferencedSeriesSequence: [{ SeriesInstanceUID: '1' }], CurrentRequestedProcedureEvidenceSequence: [{ ReferencedSeriesSequence: { SeriesInstanceUID: '2' } }], ReferencedFrameOfReferenceSequence: [{ RTReferencedStudySequence: [{ RTReferencedSeriesSequence: [{ SeriesInstanceUID: '3' }] }] }] })].sort()).toEqual(['1', '2', '3'])
  expect(referencedSeriesOf({}).size).toBe(0)
})

describe('a structure set', () => {
  const placed = (SeriesInstanceUID: string, more: object = {}) => ({ ReferencedFrameOfReferenceSequence: [{ FrameOfReferenceUID: '9', RTReferencedStudySequence: [{ RTReferencedSeriesSequence: [{ SeriesInstanceUID, ...more }] }] }] })
  const contours = { ROIContourSequence: [{ ContourSequence: [{}] }] }

  test('has its series named, also where that names no images', () => {
    const [without, among] = [placed('1'), placed('1', { ContourImageSequence: [{ ReferencedSOPInstanceUID: '1.1' }] })]
    for (const structures of [without, among]) nameSeries(structures)
    expect(without).toMatchObject({ ReferencedSeriesSequence: [{ SeriesInstanceUID: '1', ReferencedInstanceSequence: [] }] })
    expect(among).toMatchObject({ ReferencedSeriesSequence: [{ SeriesInstanceUID: '1', ReferencedInstanceSequence: [{ ReferencedSOPInstanceUID: '1.1' }] }] })
  })

  test('is named by its label, when it was made and its series; several of a series in the order they were made, each by what tells it apart first', () => {
    const set = (StructureSetLabel: string, StructureSetDate?: string, StructureSetTime?: string, more: object = {}) => ({ StructureSetLabel, StructureSetDate, StructureSetTime, ...more })
    const names = (...sets: readonly object[]) => namedStructures(sets.map((one) => ({ ...one }))).map(({ name }) => name)
    expect(names(set('Boost', '20261122', '140355.5', { SeriesDescription: 'RT sets' }), set('Plan', '20261122', '090000'))).toEqual(['Plan · 2026-11-22 09:00', 'Boost · 2026-11-22 14:03 · RT sets'])
    expect(names(set('计划', '20261122', '090000'), set('计划', '20261123', '090000'))).toEqual(['2026-11-22 09:00 · 计划', '2026-11-23 09:00 · 计划'])
    // Long labels that begin alike are cut before they differ.
    expect(names(set('Prostate approved 1', '20261122'), set('Prostate approved 2', '20261123'))).toEqual(['2026-11-22 · Prostate approved 1', '2026-11-23 · Prostate approved 2'])
    // What reads the same is counted; what says no date stands first, by its number, as text or not.
    expect(names(set('A', '20261122', '140355'), set('A', '20261122', '140301'), set('B', '', '140300', { InstanceNumber: '10' }), set('C', undefined, undefined, { InstanceNumber: 9 }))).toEqual(['C', 'B', 'A · 2026-11-22 14:03 (1/2)', 'A · 2026-11-22 14:03 (2/2)'])
    expect(names({}, {})).toEqual(['(1/2)', '(2/2)'])
    expect(names(set('RT sets', undefined, undefined, { SeriesDescription: 'RT sets' }))).toEqual(['RT sets'])
  })

  test('without contours, or whose contours are of another space than the images, is not drawn', () => {
    const images = (...spaces: string[]) => ({ instances: spaces.map((FrameOfReferenceUID) => ({ FrameOfReferenceUID })) })
    expect(structuresHindrance({ ...placed('1'), ROIContourSequence: [{}] }, images('9'))).toBe('noContours')
    expect(structuresHindrance(placed('1'), images('9'))).toBe('noContours')
    expect(structuresHindrance({ ...placed('1'), ...contours }, images('9', '9'))).toBeUndefined()
    expect(structuresHindrance({ ...placed('1'), ...contours }, images('8', '8'))).toBe('otherSpace')
    expect(structuresHindrance({ ...placed('1'), ...contours }, images('9', '8'))).toBe('otherSpace')
    expect(structuresHindrance(contours, images('8'))).toBeUndefined()
  })

  test('of several spaces is not drawn upon images of one, unless all that has contours is in that', () => {
    const ofTwo = (...drawn: number[]) => ({
      ReferencedFrameOfReferenceSequence: ['9', '8'].map((FrameOfReferenceUID) => ({ FrameOfReferenceUID })),
      StructureSetROISequence: ['9', '8'].map((ReferencedFrameOfReferenceUID, index) => ({ ROINumber: index + 1, ReferencedFrameOfReferenceUID })),
      ROIContourSequence: drawn.map((ReferencedROINumber) => ({ ReferencedROINumber, ContourSequence: [{}] })),
    })
    const images = { instances: [{ FrameOfReferenceUID: '9' }] }
    expect([ofTwo(1), ofTwo(2), ofTwo(1, 2)].map((structures) => structuresHindrance(structures, images))).toEqual([undefined, 'otherSpace', 'otherSpace'])
    expect(structuresHindrance(ofTwo(1, 2), { instances: [{}] })).toBeUndefined()
  })

  test('lies beside the images where a contour is farther than half a slice from each', () => {
    const images = (...places: number[]) => ({ instances: places.map((z) => ({ ImageOrientationPatient: [1, 0, 0, 0, 1, 0], ImagePositionPatient: [-100, -100, z], SliceThickness: 3 })) })
    const at = (z: number, type = 'CLOSED_PLANAR') => ({ ROIContours: [{ contourPoints: [{ type, points: [{ x: 5, y: 5, z }] }] }] })
    expect([0, 2, 4, 6].map((z) => areBesideImages(at(z), images(6, 0, 3)))).toEqual([false, false, false, false])
    expect([-1.6, 7.6].map((z) => areBesideImages(at(z), images(6, 0, 3)))).toEqual([true, true])
    expect([1.5, 1.6].map((z) => areBesideImages(at(z), images(0)))).toEqual([false, true])
    expect(areBesideImages(at(50, 'POINT'), images(0, 3))).toBe(false)
    expect(areBesideImages(at(50), { instances: [{}] })).toBe(false)
  })
})

test('a capture of many frames is a video only where its compression says so', () => {
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.4', NumberOfFrames: 500 })).toBe(false)
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.4', LossyImageCompressionMethod: ['ISO_10918_1', 'ISO_14496_10'] })).toBe(true)
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4.1' })).toBe(true)
})
