import { anInstance, bytesOf, hasProgram, sharedDicom } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collected, firstImageMs, openReading, recordVideo, type Reading } from './reading.fixture.ts'
import { marksImages, linesOf } from './src/ohif/extension/objects/report-content.ts'
import { reasonOf, referencedSeriesOf } from './src/ohif/extension/objects/kinds.ts'
import { isVideo } from './src/ohif/extension/objects/video.ts'
import { languageOf } from './src/ohif/language.ts'
import { words } from './src/ohif/words.ts'

/** What every kind of object becomes in the viewer, as docs/viewer.md has it. `shows`: a picture is drawn; else what is said. */
const kinds: readonly (readonly [kind: string, files: readonly string[], shows: string | RegExp])[] = [
  ['an enhanced CT', ['enhanced/eCT_Supplemental.dcm'], 'picture'],
  ['a radiograph', ['cr-dx/dx_image.dcm'], 'picture'],
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
  ['a segmentation whose images are not there', ['seg/highdicom-ct/seg_image_ct_binary.dcm'], words.en.withoutImages],
  ['a structure set whose images are not there', ['rt/rtss.dcm'], words.en.withoutImages],
  ['a parametric map whose images are not there', ['enhanced/parametric_map_double_float.dcm'], words.en.withoutImages],
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
    expect(reading.opened.complaints.filter((complaint) => complaint.includes('unsafe-eval'))).toEqual([])
  }, 240_000)

  test('a segmentation beside its images says why it is not drawn', async () => {
    const frame = await reading.show(await reading.store(['01', '02', '03', 'liver'].map((name) => collected(`seg/liver-ct/${name}.dcm`))))
    await frame.locator('canvas.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    await frame.getByText('Liver Segmentation').dblclick()
    await frame.locator('.isocenter-notice').getByText(words.en.needsEval).waitFor({ timeout: firstImageMs })
    await reading.picture('kind-a-segmentation')
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

test('a capture of many frames is a video only where its compression says so', () => {
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.4', NumberOfFrames: 500 })).toBe(false)
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.4', LossyImageCompressionMethod: ['ISO_10918_1', 'ISO_14496_10'] })).toBe(true)
  expect(isVideo({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4.1' })).toBe(true)
})

test.each([['zh-CN', ['en'], 'zh-CN'], [null, ['de', 'zh-TW'], 'zh-CN'], [null, ['de'], 'en'], ['fr', ['en-GB'], 'en']] as const)('chosen %s in a browser of %j is %s', (chosen, preferred, language) => {
  expect(languageOf(chosen, preferred)).toBe(language)
})
