import { ensureDefaultOrganisation } from '../server/src/catalogue/index.ts'
import { storeBody } from '../server/src/dicomweb/service.fixture.ts'
import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest, type SignedInOptions, type SignedInPage } from '../mfe-shell/browser.fixture.ts'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { sampleStudies } from '../packages/tools/src/samples/index.ts'

const pictures = process.env['SCREENSHOTS']
const firstImageMs = 60_000

/** The first objects of the sample study whose title begins so. */
const sampleOf = (title: string, count: number) => {
  const study = sampleStudies.find((one) => one.title.startsWith(title))
  if (study === undefined) throw new Error(`There is no sample study "${title}".`)
  return [...study.instances().take(count)].map(({ bytes }) => bytes)
}

describe.skipIf(!hasProgram('chromium'))('the viewer in Chromium', () => {
  let screens: ScreensUnderTest
  let opened: SignedInPage
  /** StudyInstanceUIDs: a head by CT, a chest by DX. */
  let head: string
  let chest: string

  beforeAll(async () => {
    await buildScreens(() => undefined, ['mfe-viewer/vendor'])
    screens = await openScreens()
    opened = await screens.signedInPage({ organisationName: 'North Hospital' })
    head = await store(sampleOf('CT of a head', 5))
    chest = await store(sampleOf('Radiograph of a chest, described', 1))
  }, 300_000)
  afterAll(() => screens.close())

  /** Stores in the organisation of the person signed in, as a page would; the study's UID. */
  async function store(objects: readonly Uint8Array[]): Promise<string> {
    const { contentType, body } = storeBody(objects)
    const answer = await opened.page.request.post(`${addressOf()}/dicom-web/studies`, { data: body, headers: { 'content-type': contentType, origin: screens.url, accept: 'application/dicom+json' } })
    expect(answer.status()).toBe(200)
    const { '00081190': location } = await answer.json() as { '00081190': { Value: [string] } }
    return location.Value[0].replace(/^.*\/studies\//, '')
  }
  const addressOf = () => `/o/${opened.organisation.organisationId}`

  /** Goes to studies; the viewer's frame once its first image is there. */
  async function show(studies: readonly string[], { page }: Pick<SignedInPage, 'page'> = opened) {
    await page.goto(`${addressOf()}/viewer?studies=${studies.join(',')}`)
    const frame = page.frameLocator('iframe.viewer-frame')
    await frame.locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    return frame
  }
  const picture = async (name: string) => { if (pictures !== undefined) await opened.page.screenshot({ path: `${pictures}/viewer-${name}.png` }) }

  test('shows the images of a study and whose they are, and breaks no policy', async () => {
    const frame = await show([head])
    await frame.getByText('Müller Annegret').first().waitFor()
    await frame.getByText(/ISO-0005/).first().waitFor()
    await picture('one')
    expect(opened.complaints).toEqual([])
    expect(await seriousFindings(opened.page)).toEqual([])
  }, 120_000)

  test('from the list to a study, back, and to another: in the frame that is there, in its place, with the right patient', async () => {
    const { page } = opened
    const frame = page.frameLocator('iframe.viewer-frame')
    await page.goto(`${addressOf()}/studies`)
    const openFromList = async (name: RegExp) => {
      await page.locator('.study-table .ant-table-row', { hasText: name }).dblclick()
      const began = performance.now()
      await page.locator('iframe.viewer-frame').waitFor()
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
      await frame.locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
      return Math.round(performance.now() - began)
    }
    await openFromList(/Müller/)
    await frame.getByText('Müller Annegret').first().waitFor()
    const same = await page.locator('iframe.viewer-frame').elementHandle()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.locator('iframe.viewer-frame').waitFor({ state: 'hidden' })
    const switchedMs = await openFromList(/欧阳/)
    await frame.getByText('欧阳', { exact: false }).first().waitFor()
    expect(await frame.getByText('Müller Annegret').count()).toBe(0)
    expect(await page.locator('iframe.viewer-frame').evaluate((now, before) => now === before, same)).toBe(true)
    expect(await page.locator('iframe.viewer-frame').boundingBox()).toEqual({ x: 0, y: 40, width: desktop.width, height: desktop.height - 40 })
    // A figure for who reads the report: a busy machine is no fault of ours.
    console.info(`Another study is shown ${String(switchedMs)} ms after it was chosen.`)
    await picture('another')
  }, 120_000)

  describe('for who reads on two screens', () => {
    let reader: SignedInPage
    beforeAll(async () => {
      reader = await screens.signedInPage({ organisation: opened.organisation })
      const answer = await reader.page.request.patch('/api/account/preferences', { data: { dualScreen: true }, headers: { origin: screens.url } })
      expect(answer.status()).toBe(200)
      await reader.goTo(`${addressOf()}/studies`)
    })
    afterAll(() => reader.close())
    const row = (name: RegExp) => reader.page.locator('.study-table .ant-table-row', { hasText: name })
    const imagesIn = async (page: SignedInPage['page'], name: string) => {
      await page.frameLocator('iframe.viewer-frame').getByText(name, { exact: false }).first().waitFor({ timeout: firstImageMs })
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    }

    test('images open in a window that stays, and follow the list; closed, it opens again', async () => {
      const { page } = reader
      const [second] = await Promise.all([page.waitForEvent('popup'), row(/Müller/).dblclick()])
      await imagesIn(second, 'Müller Annegret')
      expect(new URL(page.url()).pathname).toBe(`${addressOf()}/studies`)
      await second.evaluate(() => { document.documentElement.dataset['loadedOnce'] = 'yes' })
      await row(/欧阳/).dblclick()
      await imagesIn(second, '欧阳')
      // A list that was loaded anew finds the window, too.
      await page.reload()
      await row(/Müller/).dblclick()
      await imagesIn(second, 'Müller Annegret')
      expect(await second.evaluate(() => document.documentElement.dataset['loadedOnce'])).toBe('yes')
      expect(page.context().pages()).toHaveLength(2)
      if (pictures !== undefined) await second.screenshot({ path: `${pictures}/viewer-second.png` })
      await Promise.all([second.waitForEvent('close'), second.getByRole('button', { name: 'Close' }).first().click()])
      const [again] = await Promise.all([page.waitForEvent('popup'), row(/欧阳/).dblclick()])
      await imagesIn(again, '欧阳')
      expect(reader.complaints).toEqual([])
      await again.close()
    }, 120_000)

    test('where the browser lets no window open they are shown in the page, which says why', async () => {
      const { page } = reader
      await page.evaluate(() => { window.open = () => null })
      await row(/Müller/).dblclick()
      await imagesIn(page, 'Müller Annegret')
      await page.getByText('The browser let no window open').waitFor()
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/viewer-blocked.png` })
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: 'Back' }).click()
      await row(/Müller/).waitFor()
    }, 90_000)
  })

  test('who works in the viewer and nowhere else stays signed in', async () => {
    const { page, close } = await screens.signedInPage({ organisation: opened.organisation })
    const frame = await show([head], { page })
    // Some minutes of reading later.
    await page.clock.setFixedTime(Date.now() + 5 * 60_000)
    const stays = page.waitForRequest((request) => new URL(request.url()).pathname === '/api/session')
    await frame.locator('.cornerstone-canvas').first().click()
    await stays
    await close()
  }, 90_000)

  test('the classic layout has few tools, and nothing beside the images', async () => {
    const reader = await screens.signedInPage({ organisation: opened.organisation, language: 'zh-CN' })
    const choose = async (viewerLayout: 'classic' | 'standard') => {
      const answer = await reader.page.request.patch('/api/account/preferences', { data: { viewerLayout }, headers: { origin: screens.url } })
      expect(answer.status()).toBe(200)
    }
    const tools = async () => {
      const frame = await show([head], reader)
      await frame.locator('[data-cy="Zoom"]').waitFor()
      return { frame, capture: await frame.locator('[data-cy="Capture"]').count(), series: await frame.locator('[data-cy="study-browser-thumbnail"]').count(), right: await frame.locator('[data-cy="side-panel-header-right"]').count() }
    }
    expect(await tools()).toMatchObject({ capture: 1, series: 1, right: 1 })
    await choose('classic')
    const { frame, ...simple } = await tools()
    expect(simple).toEqual({ capture: 0, series: 0, right: 0 })
    if (pictures !== undefined) await reader.page.screenshot({ path: `${pictures}/viewer-classic.png` })
    // The list of series is one click away.
    await frame.locator('[data-cy="side-panel-header-left"]').click()
    await frame.locator('[data-cy="study-browser-thumbnail"]').first().waitFor()
    await reader.close()
  }, 120_000)

  describe('on a phone', () => {
    const onPhone = async (connection: object | undefined, options: Pick<SignedInOptions, 'language' | 'colorScheme'> = {}) => {
      const reader = await screens.signedInPage({ organisation: opened.organisation, viewport: phone, hasTouch: true, isMobile: true, ...options })
      await reader.page.addInitScript((given) => { Object.defineProperty(navigator, 'connection', { value: given }) }, connection)
      const asked: string[] = []
      reader.page.on('request', (request) => { if (/\/frames\/|\/metadata/.test(request.url())) asked.push(request.url()) })
      return { ...reader, asked }
    }
    const shoot = async (page: SignedInPage['page'], name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/phone-${name}.png` }) }

    test('with mobile data one tap in the list opens small pictures, marked as such; the original images are one tap away', async () => {
      const { page, asked, complaints, goTo, close } = await onPhone({ type: 'cellular' })
      await goTo(`${addressOf()}/studies`)
      await page.getByRole('button', { name: /^Open the images of .*Müller/ }).tap()
      await page.getByRole('heading', { name: /Müller/ }).waitFor()
      await expect.poll(() => page.locator('.viewer-picture img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true)
      expect(await page.locator('.viewer-mark').allTextContents()).toEqual(['Not for diagnosis'])
      expect([asked, await overhang(page), await seriousFindings(page)]).toEqual([[], 0, []])
      await shoot(page, 'previews')
      await page.getByRole('button', { name: 'View original images' }).tap()
      const frame = page.frameLocator('iframe.viewer-frame')
      await frame.getByText('Müller Annegret').first().waitFor({ timeout: firstImageMs })
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
      await shoot(page, 'viewer')
      // Every tool is within the screen, and none lies upon another.
      const boxes = await Promise.all(['WindowLevel', 'Zoom', 'Pan', 'Layout'].map((tool) => frame.locator(`[data-cy="${tool}"]`).boundingBox()))
      for (const [nth, box] of boxes.entries()) {
        expect(box?.x).toBeGreaterThanOrEqual((boxes[nth - 1]?.x ?? 0) + (boxes[nth - 1]?.width ?? 0))
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(phone.width)
      }
      await page.getByRole('button', { name: 'Small pictures' }).tap()
      await page.getByRole('heading', { name: /Müller/ }).waitFor()
      expect(complaints).toEqual([])
      await close()
    }, 120_000)

    test('a browser that does not say what the network costs has its user asked once', async () => {
      const { page, goTo, close } = await onPhone(undefined, { language: 'zh-CN', colorScheme: 'dark' })
      await page.goto(`${addressOf()}/viewer?studies=${head}`)
      await page.getByRole('button', { name: '先看缩略图' }).waitFor()
      await shoot(page, 'question')
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: '先看缩略图' }).tap()
      await page.getByText('不可用于诊断').first().waitFor()
      await goTo(`${addressOf()}/viewer?studies=${chest}`)
      await page.getByRole('heading', { name: /欧阳/ }).waitFor()
      await shoot(page, 'previews-zh')
      expect(await seriousFindings(page)).toEqual([])
      // Changed where it is at work.
      await page.getByRole('switch').tap()
      await page.frameLocator('iframe.viewer-frame').locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
      await close()
    }, 120_000)

    test('on Wi-Fi the original images open at once', async () => {
      const { page, close } = await onPhone({ type: 'wifi' })
      await show([head], { page })
      await close()
    }, 120_000)
  })

  test('puts studies of two patients side by side, each named in its own pane', async () => {
    const frame = await show([head, chest])
    await expect.poll(() => frame.locator('.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(2)
    await frame.getByText('Müller Annegret').first().waitFor()
    await frame.getByText('欧阳', { exact: false }).first().waitFor()
    await picture('compared')
  }, 120_000)

  test('an address that names no study says so', async () => {
    await opened.page.goto(`${addressOf()}/viewer`)
    await opened.page.getByText('No study is named').waitFor()
  })

  test('asks only the organisation of its address: a study of another is not there', async () => {
    const { organisationId } = await ensureDefaultOrganisation(screens.service.db, 'elsewhere')
    const answer = await opened.page.request.get(`/o/${organisationId}/dicom-web/studies`, { headers: { accept: 'application/dicom+json' } })
    expect(answer.status()).toBe(403)
    expect(await answer.json()).toMatchObject({ type: '/problems/no-membership' })
  })

  test('who may not see studies is told so, and sees nothing', async () => {
    const other = await screens.signedInPage({ organisation: opened.organisation, role: 'finance' })
    const answers: number[] = []
    other.page.on('response', (response) => { if (response.url().includes('/dicom-web/')) answers.push(response.status()) })
    await other.page.goto(`${addressOf()}/viewer?studies=${head}`)
    await other.page.getByText('This organisation does not let you see the study').waitFor({ timeout: firstImageMs })
    expect(new Set(answers)).toEqual(new Set([403]))
    await other.close()
  }, 90_000)
})
