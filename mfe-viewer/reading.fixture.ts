/** The viewer in real Chromium at the real server, for tests of what a reader does with it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedDicom } from '@isocenter/testkit'
import type { FrameLocator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openScreens, type ScreensUnderTest, type SignedInPage } from '../mfe-shell/browser.fixture.ts'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { sampleStudies } from '../packages/tools/src/samples/index.ts'
import { storeBody } from '../server/src/dicomweb/service.fixture.ts'

const pictures = process.env['SCREENSHOTS']
/** Software draws here, on a machine that others use too. */
export const firstImageMs = 180_000

export interface Reading {
  readonly screens: ScreensUnderTest
  readonly opened: SignedInPage
  readonly page: Page
  /** Where the organisation of the reader is. */
  readonly root: string
  /** Stores objects in the organisation of the reader; the study's UID. */
  readonly store: (objects: readonly Uint8Array[]) => Promise<string>
  /** Goes to studies; the viewer's frame, when it says that they are there. */
  readonly show: (...studies: readonly string[]) => Promise<FrameLocator>
  /** The same, for somebody else who reads in the organisation. */
  readonly showTo: (page: Page, ...studies: readonly string[]) => Promise<FrameLocator>
  readonly dicomweb: (path: string) => Promise<Record<string, { readonly Value?: readonly unknown[] }>[]>
  readonly picture: (name: string, of?: Page) => Promise<void>
  readonly close: () => Promise<void>
}

export async function openReading(language: 'zh-CN' | 'en' = 'en'): Promise<Reading> {
  await buildScreens(() => undefined, ['mfe-viewer/vendor'])
  const screens = await openScreens()
  const opened = await screens.signedInPage({ organisationName: 'North Hospital', language })
  const { page } = opened
  page.setDefaultTimeout(firstImageMs)
  const root = `/o/${opened.organisation.organisationId}`
  const showTo: Reading['showTo'] = async (reader, ...studies) => {
    await reader.goto(`${root}/viewer?studies=${studies.join(',')}`)
    await reader.locator('iframe.viewer-frame').waitFor()
    // The page comes after the image.
    await reader.locator('.viewer-bar').waitFor({ timeout: firstImageMs })
    await reader.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    return reader.frameLocator('iframe.viewer-frame')
  }
  return {
    screens, opened, page, root, showTo,
    store: async (objects) => {
      const { contentType, body } = storeBody(objects)
      const answer = await page.request.post(`${root}/dicom-web/studies`, { data: body, headers: { 'content-type': contentType, origin: screens.url, accept: 'application/dicom+json' } })
      // 202: stored, with a warning.
      expect([200, 202]).toContain(answer.status())
      const { '00081190': location } = await answer.json() as { '00081190': { Value: [string] } }
      return location.Value[0].replace(/^.*\/studies\//, '')
    },
    show: (...studies) => showTo(page, ...studies),
    dicomweb: async (path) => {
      const answer = await page.request.get(`${root}/dicom-web${path}`, { headers: { accept: 'application/dicom+json' } })
      expect(answer.status()).toBe(200)
      return await answer.json() as Record<string, { readonly Value?: readonly unknown[] }>[]
    },
    picture: async (name, of = page) => { if (pictures !== undefined) await of.screenshot({ path: join(pictures, `${name}.png`) }) },
    close: () => screens.close(),
  }
}

/** Objects of the sample study whose title begins so: every so many of them, and as many as said. */
export function sampled(title: string, { every = 1, most = Infinity }: { readonly every?: number; readonly most?: number } = {}): Uint8Array[] {
  const study = sampleStudies.find((one) => one.title.startsWith(title))
  if (study === undefined) throw new Error(`There is no sample study "${title}".`)
  return [...study.instances().filter((_, index) => index % every === 0).take(most)].map(({ bytes }) => bytes)
}

/** A file of the collected real ones. */
export const collected = (path: string): Uint8Array => readFileSync(join(sharedDicom() ?? '', path))

/** A video of some colours, 64 by 48, as H.264 in MP4, made by the browser itself. */
export async function recordVideo(page: Page): Promise<Uint8Array> {
  const recorded = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
    const pen = canvas.getContext('2d')
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/mp4;codecs=avc1.42E01E' })
    const parts: Blob[] = []
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data))
    const stopped = new Promise((done) => { recorder.addEventListener('stop', done) })
    recorder.start()
    for (let frame = 0; frame < 25 && pen !== null; frame++) {
      pen.fillStyle = `hsl(${String(frame * 14)} 80% 50%)`
      pen.fillRect(0, 0, 64, 48)
      await new Promise((done) => { requestAnimationFrame(done) })
    }
    recorder.stop()
    await stopped
    return btoa(String.fromCharCode(...new Uint8Array(await new Blob(parts).arrayBuffer())))
  })
  return Buffer.from(recorded, 'base64')
}
