/** Every object made of a file passes dciodvfy without an error, keeps the file's own bytes where it can, and says what was done where it cannot. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anatomicRegions, studyCategories, type FileDescription } from '@isocenter/contracts'
import { readInstance } from '@isocenter/dicom'
import { hasProgram } from '@isocenter/testkit'
import sharp, { type Create } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mp4 } from './mp4.fixture.ts'
import { withoutRemarks } from './picture.ts'
import { wrapFile } from './wrap.ts'

let folder: string
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'wrapped-')) })
afterAll(() => { rmSync(folder, { recursive: true }) })

const picture = (more: Partial<Create> = {}) => sharp({ create: { width: 64, height: 48, channels: 3, background: '#aa3311', noise: { type: 'gaussian', mean: 128, sigma: 30 }, ...more } })
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF')
const describes: FileDescription = {
  category: 'endoscopy',
  StudyInstanceUID: '2.25.1',
  batch: '00000000-0000-4000-8000-000000000001',
  InstanceNumber: 1,
  PatientName: 'Zhang^Wei=张^伟',
  PatientID: 'P-1',
  PatientSex: 'M',
  PatientBirthDate: '19800101',
  StudyDate: '20261120',
  StudyDescription: '胃镜', ImageLaterality: 'R', SpecimenIdentifier: 'S-1', anatomicRegion: 'stomach', title: '胃窦',
}
const uploadId = '01234567-89ab-4def-8123-456789abcdef'
const wrap = (file: Buffer, more: Partial<FileDescription> = {}) => wrapFile(file, { describes: { ...describes, ...more }, uploadId, at: new Date('2026-11-22T09:30:00Z'), study: undefined })
const objectOf = async (file: Buffer, more: Partial<FileDescription> = {}) => {
  const made = await wrap(file, more)
  if ('refused' in made) throw new Error(made.refused)
  return { bytes: Buffer.concat(made.object), finding: made.finding, ...await readInstance(Buffer.concat(made.object)) }
}

const files = {
  'a JPEG 4:2:0': () => picture().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer(),
  'a JPEG 4:4:4': () => picture().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  'a grey JPEG': () => picture().greyscale().jpeg().toBuffer(),
  'a progressive JPEG': () => picture().jpeg({ progressive: true }).toBuffer(), 'a PNG': () => picture().png().toBuffer(), 'a grey PNG': () => picture().toColourspace('b-w').png().toBuffer(),
  'a PDF': () => Promise.resolve(pdf), 'a video': () => Promise.resolve(mp4()),
}
const cases = studyCategories.flatMap((category) => Object.keys(files).map((file) => [category, file as keyof typeof files] as const))

function expectNoError(bytes: Buffer): void {
  const path = join(folder, 'object.dcm')
  writeFileSync(path, bytes)
  const { stderr } = spawnSync('dciodvfy', ['-new', path], { encoding: 'utf8' })
  expect(stderr.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
}

describe.skipIf(!hasProgram('dciodvfy'))('what dciodvfy says', () => {
  test.each([
    ...cases.map(([category, file]) => [category, file, undefined] as const),
    ['ophthalmology', 'a JPEG 4:2:0', 'fundusCamera'],
    ['ophthalmology', 'a PNG', 'scanningLaserOphthalmoscope'],
    ['ophthalmology', 'a grey JPEG', 'fundusCamera'],
  ] as const)('%s, %s %s: no error', async (category, file, eyeDevice) => {
    const { bytes } = await objectOf(await files[file](), { category, ...(eyeDevice !== undefined && { eyeDevice }) })
    expectNoError(bytes)
  })
})

test.skipIf(!hasProgram('dciodvfy')).each(anatomicRegions)('of the %s: no error', async (anatomicRegion) => {
  for (const file of ['a PNG', 'a video'] as const) expectNoError((await objectOf(await files[file](), { anatomicRegion })).bytes)
})

test('a baseline JPEG keeps its data; where and by whom it was taken is left out', async () => {
  const plain = await picture().jpeg().toBuffer()
  const remark = Buffer.from('Exif\0\0Somebody Real')
  const file = Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, remark.length + 2]), remark, plain.subarray(2)])
  const { bytes, transferSyntaxUID, dataSet, finding } = await objectOf(file)
  expect([transferSyntaxUID, finding, dataSet.string('PatientName'), dataSet.string('SeriesDescription')]).toEqual(['1.2.840.10008.1.2.4.50', undefined, 'Zhang^Wei=张^伟', '胃窦'])
  expect(bytes.includes(plain.subarray(plain.indexOf(Buffer.from([0xff, 0xda]))))).toBe(true)
  expect(file.includes('Somebody Real')).toBe(true)
  expect(bytes.includes('Somebody Real')).toBe(false)
  expect(withoutRemarks(plain)?.equals(plain)).toBe(true)
})

test('what no viewer would show upright or at all is made anew and says so', async () => {
  const lying = await objectOf(await picture().jpeg().withMetadata({ orientation: 6 }).toBuffer())
  expect([lying.finding, lying.dataSet.number('Rows'), lying.dataSet.number('Columns'), lying.dataSet.strings('ImageType')]).toEqual(['recompressed', 64, 48, ['DERIVED', 'PRIMARY']])
  const cmyk = await objectOf(await picture().toColourspace('cmyk').jpeg().toBuffer())
  expect([cmyk.finding, cmyk.dataSet.number('SamplesPerPixel')]).toEqual(['recompressed', 3])
  const deep = await objectOf(await picture().toColourspace('rgb16').png().toBuffer())
  expect([deep.finding, deep.dataSet.number('BitsAllocated')]).toEqual(['reducedDepth', 8])
})

test('a video says its size, its frames and their rate, in one piece or in fragments', async () => {
  for (const isFragmented of [false, true]) {
    const { dataSet, transferSyntaxUID } = await objectOf(mp4({ frames: 51, isFragmented }))
    expect([transferSyntaxUID, dataSet.number('Columns'), dataSet.number('Rows'), dataSet.number('NumberOfFrames'), dataSet.number('FrameTime')]).toEqual(['1.2.840.10008.1.2.4.102', 640, 480, 51, 40])
  }
  expect((await objectOf(mp4({ level: 42 }))).transferSyntaxUID).toBe('1.2.840.10008.1.2.4.104')
  expect((await objectOf(mp4({ profile: 66, constraints: 0xe0 }))).transferSyntaxUID).toBe('1.2.840.10008.1.2.4.102')
})

test.each([
  ['words', Buffer.from('only words'), 'unknownFile'],
  ['nothing', Buffer.alloc(0), 'unknownFile'],
  ['a GIF', Buffer.from('GIF89a and more'), 'unknownFile'],
  ['a broken JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2]), 'brokenPicture'],
  ['half a PDF', pdf.subarray(0, 60), 'notPdf'], ['a locked PDF', Buffer.from(pdf.toString().replace('trailer<<', 'trailer<</Encrypt 9 0 R')), 'encryptedPdf'],
  ['a video without a movie', mp4().subarray(0, 3000), 'videoUnreadable'],
  ['H.265', mp4({ codec: 'hvc1' }), 'videoCodec'],
  ['MPEG-4 Part 2', mp4({ codec: 'mp4v' }), 'videoCodec'],
  ['level 5', mp4({ level: 50 }), 'videoProfile'],
  ['High 10', mp4({ profile: 110 }), 'videoProfile'],
  ['no frames', mp4({ frames: 0 }), 'videoUnreadable'],
  ['more boxes than are looked at, of which some would be counted', mp4({ isFragmented: true, fillers: 9_996 }), 'videoUnreadable'],
] as const)('%s is refused by its name', async (_what, file, refused) => { expect(await wrap(file)).toEqual({ refused }) })

test('half a picture is no picture', async () => {
  const whole = await picture().jpeg().toBuffer()
  expect(await wrap(whole.subarray(0, whole.length >> 1))).toEqual({ refused: 'brokenPicture' })
  const png = await picture().png().toBuffer()
  expect(await wrap(png.subarray(0, png.length >> 1))).toEqual({ refused: 'brokenPicture' })
})

test('a few bytes that are a picture of a billion pixels are refused unread', async () => {
  const huge = await sharp({ create: { width: 30_000, height: 2_000, channels: 3, background: 'white' } }).png().toBuffer()
  expect(huge.length).toBeLessThan(1024 * 1024)
  expect(await wrap(huge)).toEqual({ refused: 'tooManyPixels' })
})

test('what is not said is asked for: patient and day of a new study, the eye, the specimen', async () => {
  const file = await picture().jpeg().toBuffer()
  expect(await wrapFile(file, {
    describes: { category: 'endoscopy', StudyInstanceUID: '2.25.1', batch: describes.batch, InstanceNumber: 1 },
    uploadId,
    at: new Date(),
    study: undefined,
  })).toEqual({ refused: 'patientMissing' })
  const { ImageLaterality, SpecimenIdentifier, ...less } = describes
  for (const category of ['ophthalmology', 'pathology'] as const) {
    expect(await wrapFile(file, { describes: { ...less, category }, uploadId, at: new Date(), study: undefined })).toEqual({
      refused: 'descriptionIncomplete',
    })
  }
  expect([ImageLaterality, SpecimenIdentifier]).toEqual(['R', 'S-1'])
})

test('of a study that is there patient and study are as it says; the same upload is the same object', async () => {
  const file = await picture().jpeg().toBuffer()
  const study = { '00100010': { vr: 'PN' as const, Value: [{ Alphabetic: 'Li^Na' }] }, '00100020': { vr: 'LO' as const, Value: ['P-9'] }, '00080020': { vr: 'DA' as const, Value: ['20260101'] } }
  const made = await wrapFile(file, { describes, uploadId, at: new Date('2026-11-22T09:30:00Z'), study })
  const { dataSet } = await readInstance(Buffer.concat('object' in made ? made.object : []))
  expect([dataSet.string('PatientName'), dataSet.string('PatientID'), dataSet.string('StudyDate'), dataSet.string('StudyDescription')]).toEqual(['Li^Na', 'P-9', '20260101', undefined])
  const [one, other] = [await objectOf(file), await objectOf(file)]
  expect(one.bytes.equals(other.bytes)).toBe(true)
  expect(one.dataSet.string('SOPInstanceUID')).toBe(`2.25.${0x0123456789ab4def8123456789abcdefn.toString()}`)
})

test.skipIf(!hasProgram('dcmdump'))('an object of a PDF is read by DCMTK', async () => {
  const path = join(folder, 'document.dcm')
  writeFileSync(path, (await objectOf(pdf)).bytes)
  expect(execFileSync('dcmdump', ['+P', 'MIMETypeOfEncapsulatedDocument', path], { encoding: 'utf8' })).toContain('application/pdf')
})
