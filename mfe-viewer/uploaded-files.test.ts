/** What people upload that is no DICOM object opens in the viewer as what it became. */
import type { FileDescription } from '@isocenter/contracts'
import { hasProgram } from '@isocenter/testkit'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPicture } from '../mfe-shell/picture.fixture.ts'
import { wrapFile } from '../server/src/uploads/wrap/wrap.ts'
import { firstImageMs, openReading, recordVideo, type Reading } from './reading.fixture.ts'

const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj trailer<</Root 1 0 R>>\n%%EOF')

describe.skipIf(!hasProgram('chromium'))('uploaded files in the viewer', () => {
  let reading: Reading
  beforeAll(async () => { reading = await openReading() }, 600_000)
  afterAll(() => reading?.close())

  const objectOf = async (file: Buffer, category: FileDescription['category'], more: Partial<FileDescription> = {}) => {
    const study = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`
    const made = await wrapFile(file, { describes: { category, StudyInstanceUID: study, batch: randomUUID(), InstanceNumber: 1, PatientName: 'Zhang^Wei', PatientID: 'P-1', StudyDate: '20261120', ImageLaterality: 'R', SpecimenIdentifier: 'S-1', anatomicRegion: 'stomach', ...more }, uploadId: randomUUID(), at: new Date(), study: undefined })
    if ('refused' in made) throw new Error(made.refused)
    return Buffer.concat(made.object)
  }

  test.each([
    ['endoscopy', 'jpeg', {}], ['pathology', 'png', {}], ['ophthalmology', 'jpeg', { eyeDevice: 'fundusCamera' }], ['ultrasound', 'jpeg', {}], ['electrocardiogram', 'png', {}],
  ] as const)('a picture of %s, %s', async (category, type, more) => {
    const frame = await reading.show(await reading.store([await objectOf(await aPicture(type), category, more)]))
    await expect.poll(() => frame.locator('canvas.cornerstone-canvas').first().evaluate(coloursOf), { timeout: firstImageMs }).toBeGreaterThan(20)
    expect(await frame.locator('.isocenter-notice').count()).toBe(0)
    await reading.picture(`uploaded-${category}`)
  }, 240_000)

  test('a PDF', async () => {
    const frame = await reading.show(await reading.store([await objectOf(pdf, 'electrocardiogram')]))
    await frame.locator('object').first().waitFor({ timeout: firstImageMs })
    await reading.picture('uploaded-pdf')
  }, 240_000)

  test.each(['endoscopy', 'ultrasound', 'ophthalmology'] as const)('a video of %s, as a browser records it', async (category) => {
    await reading.page.goto('/sign-in')
    const frame = await reading.show(await reading.store([await objectOf(Buffer.from(await recordVideo(reading.page)), category)]))
    expect(await frame.locator('video').evaluate(async (element: HTMLVideoElement) => {
      await element.play()
      return [element.videoWidth, element.videoHeight]
    })).toEqual([64, 48])
    await reading.picture(`uploaded-video-${category}`)
  }, 240_000)
})

/** How many different colours are drawn. */
const coloursOf = (canvas: Element): number => {
  const drawn = canvas as HTMLCanvasElement
  const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
  const pen = copy.getContext('2d')
  pen?.drawImage(drawn, 0, 0)
  return new Set(new Uint32Array(pen?.getImageData(0, 0, copy.width, copy.height).data.buffer ?? new ArrayBuffer(0))).size
}
