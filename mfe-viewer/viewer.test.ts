import { ensureDefaultOrganisation } from '../server/src/catalogue/index.ts'
import { hasProgram } from '@isocenter/testkit'
import type { FrameLocator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, overhang, phone, seriousFindings, type ScreensUnderTest, type SignedInOptions, type SignedInPage } from '../mfe-shell/browser.fixture.ts'
import { openReading, sampled, type Reading } from './reading.fixture.ts'
import { words } from './src/ohif/words.ts'

const firstImageMs = 60_000

describe.skipIf(!hasProgram('chromium'))('the viewer in Chromium', () => {
  let reading: Reading
  let screens: ScreensUnderTest
  let opened: SignedInPage
  /** StudyInstanceUIDs: a head by CT, a chest by DX. */
  let head: string
  let chest: string

  beforeAll(async () => {
    reading = await openReading()
    screens = reading.screens
    opened = reading.opened
    head = await reading.store(sampled('CT of a head', { most: 5 }))
    chest = await reading.store(sampled('Radiograph of a chest, described'))
  }, 300_000)
  afterAll(() => reading?.close())

  /** Goes to studies; the viewer's frame once its first image is there. */
  async function show(studies: readonly string[], { page }: Pick<SignedInPage, 'page'> = opened) {
    const frame = await reading.showTo(page, ...studies)
    await frame.locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    return frame
  }
  const picture = (name: string, { page }: Pick<SignedInPage, 'page'> = opened) => reading.picture(`viewer-${name}`, page)

  test('shows the images of a study and whose they are, and breaks no policy', async () => {
    const frame = await show([head])
    await frame.getByText('Müller Annegret').first().waitFor()
    await frame.getByText('ISO-0005 · female · born 1975-08-08', { exact: true }).waitFor()
    await picture('one')
    // The product's own mark, and not that of the viewer's makers.
    await frame.getByRole('img', { name: 'Isocenter' }).waitFor()
    // OHIF's button of the patient, which goes by the images alone, would be there with the others of its header.
    await frame.locator('[data-cy="undo-btn"]').waitFor()
    await expect.poll(() => frame.getByText('Patient', { exact: true }).count(), { timeout: firstImageMs }).toBe(0)
    expect(opened.complaints).toEqual([])
    expect(await seriousFindings(opened.page)).toEqual([])
  }, 240_000)

  test("another patient's images in a series are shown as that patient's, and say so, also where they are the most; not before it is known whose the study is by what was corrected", async () => {
    const { page } = opened
    const isWhose = (url: URL) => url.pathname === '/api/studies' && url.searchParams.get('record') === head
    const said = Promise.withResolvers<undefined>()
    await page.route(isWhose, async (route) => {
      await said.promise
      await route.continue()
    })
    const isMetadata = (url: URL) => url.pathname.includes(head) && url.pathname.endsWith('/metadata')
    await page.route(isMetadata, async (route) => {
      const response = await route.fetch()
      const instances = await response.json() as Record<string, { vr: string; Value?: unknown[] }>[]
      const [, ...others] = instances.toSorted((one, other) => Number(one['00200013']?.Value?.[0]) - Number(other['00200013']?.Value?.[0]))
      for (const other of others) Object.assign(other, { '00100020': { vr: 'LO', Value: ['ELSE-1'] }, '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Else^Someone' }] } })
      await route.fulfill({ response, json: instances })
    })
    const frame = await show([head])
    const warning = frame.getByText(words.en.anotherPatient)
    await frame.getByText(/ELSE-1|ISO-0005/).first().waitFor()
    await frame.locator('.cornerstone-canvas').first().click()
    await frame.getByText('(1/5)').waitFor()
    await page.keyboard.press('ArrowDown')
    await frame.getByText(words.en.whoseAwaited).waitFor()
    await expect.poll(() => warning.count(), { timeout: firstImageMs }).toBe(0)
    await picture('awaited')
    said.resolve(undefined)
    await warning.waitFor()
    await frame.getByText(words.en.whoseAwaited).waitFor({ state: 'detached' })
    await page.keyboard.press('ArrowUp')
    const seen: boolean[] = []
    for (let image = 0; image < 5; image += 1) {
      await frame.getByText(new RegExp(`\\(${String(image + 1)}/5\\)`)).waitFor()
      // Its number, the patient and the warning are drawn one after the other.
      const numbers = await frame.locator('[data-cy="viewport-overlay-bottom-right"]').first().innerText()
      const isElse = Number(/(\d+) \(\d\/5\)/.exec(numbers)?.[1]) !== 1
      const said = async () => [await frame.getByText('ELSE-1').count(), await warning.count(), await frame.getByText('Someone', { exact: false }).count()]
      await expect.poll(said, { timeout: firstImageMs }).toEqual(isElse ? [1, 1, 1] : [0, 0, 0])
      if (isElse) await picture('another-patient')
      seen.push(isElse)
      await page.keyboard.press('ArrowDown')
    }
    expect(seen.filter(Boolean)).toHaveLength(4)

    // Corrected to their number, the study is of the same patient, until that is taken back; the page hears of it at once, and a viewer that begins anew is told so, too.
    const correct = async (PatientID: string | null, version: number) => {
      const answer = await page.request.patch(`/api/studies/${head}/case`, { data: { corrections: { PatientID } }, headers: { 'x-organisation': opened.organisation.organisationId, 'if-match': `"${String(version)}"`, origin: screens.url } })
      expect(answer.status()).toBe(200)
    }
    await page.keyboard.press('ArrowUp')
    await frame.getByText('(4/5)').waitFor()
    await warning.waitFor()
    await correct('ELSE-1', 0)
    await warning.waitFor({ state: 'detached' })
    await page.locator('.viewer-corrected', { hasText: 'Corrected: Patient ID ISO-0005 → ELSE-1' }).waitFor()
    await picture('corrected')
    await page.locator('.viewer-corrected').hover()
    await page.getByText('The patient is now Müller Annegret · ELSE-1 · female · 1975-08-08').waitFor()
    await page.mouse.move(600, 600)
    await Promise.all([page.waitForEvent('framenavigated'), frame.locator(':root').evaluate(() => { location.reload() })])
    await frame.getByText('(1/5)').waitFor({ timeout: firstImageMs })
    await frame.locator('.cornerstone-canvas').first().click()
    await page.keyboard.press('ArrowDown')
    await frame.getByText('(2/5)').waitFor()
    await frame.getByText('ELSE-1').first().waitFor()
    await warning.waitFor({ state: 'detached' })
    await correct(null, 1)
    await warning.waitFor()
    await page.locator('.viewer-corrected').waitFor({ state: 'detached' })

    // Where the server does not say it, the images count, and the bar says that nothing else is known.
    await page.unroute(isWhose)
    await page.route(isWhose, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/unavailable', title: 'Not now', status: 503 }) }))
    await page.reload()
    await frame.getByText('(1/5)').waitFor({ timeout: firstImageMs })
    await frame.locator('.cornerstone-canvas').first().click()
    await page.keyboard.press('ArrowDown')
    await warning.waitFor()
    await page.getByText('Whether the patient was corrected is not known').waitFor()
    await page.unroute(isWhose)
    await page.unroute(isMetadata)
  }, 240_000)

  test('from the list to a study, back, and to another: in the frame that is there, in its place, with the right patient', async () => {
    const { page } = opened
    const frame = page.frameLocator('iframe.viewer-frame')
    await page.goto(`${reading.root}/studies`)
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
    await expect.poll(() => frame.getByText('Müller Annegret').count(), { timeout: firstImageMs }).toBe(0)
    expect(await page.locator('iframe.viewer-frame').evaluate((now, before) => now === before, same)).toBe(true)
    await expect.poll(() => page.locator('iframe.viewer-frame').boundingBox(), { timeout: firstImageMs }).toEqual({ x: 0, y: 40, width: desktop.width, height: desktop.height - 40 })
    // A figure for who reads the report: a busy machine is no fault of ours.
    console.info(`Another study is shown ${String(switchedMs)} ms after it was chosen.`)
    await picture('another')
  }, 240_000)

  describe('for who reads on two screens', () => {
    let reader: SignedInPage
    beforeAll(async () => {
      reader = await screens.signedInPage({ organisation: opened.organisation })
      const answer = await reader.page.request.patch('/api/account/preferences', { data: { dualScreen: true }, headers: { origin: screens.url } })
      expect(answer.status()).toBe(200)
      await reader.goTo(`${reading.root}/studies`)
    })
    afterAll(() => reader.close())
    const row = (name: RegExp) => reader.page.locator('.study-table .ant-table-row', { hasText: name })
    const imagesIn = async (page: SignedInPage['page'], name: string) => {
      await page.frameLocator('iframe.viewer-frame').getByText(name, { exact: false }).first().waitFor({ timeout: firstImageMs })
      // The page comes after the image.
      await page.locator('.viewer-bar').waitFor({ timeout: firstImageMs })
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
    }

    test('images open in a window that stays, and follow the list; closed, it opens again', async () => {
      const { page } = reader
      const [second] = await Promise.all([page.waitForEvent('popup'), row(/Müller/).dblclick()])
      await imagesIn(second, 'Müller Annegret')
      expect(new URL(page.url()).pathname).toBe(`${reading.root}/studies`)
      await second.evaluate(() => { document.documentElement.dataset['loadedOnce'] = 'yes' })
      await row(/欧阳/).dblclick()
      await imagesIn(second, '欧阳')
      // A list that was loaded anew finds the window, too.
      await page.reload()
      await row(/Müller/).dblclick()
      await imagesIn(second, 'Müller Annegret')
      expect(await second.evaluate(() => document.documentElement.dataset['loadedOnce'])).toBe('yes')
      expect(page.context().pages()).toHaveLength(2)
      await picture('second', { page: second })
      await Promise.all([second.waitForEvent('close'), second.getByRole('button', { name: 'Close' }).first().click()])
      const [again] = await Promise.all([page.waitForEvent('popup'), row(/欧阳/).dblclick()])
      await imagesIn(again, '欧阳')
      expect(reader.complaints).toEqual([])
      await again.close()
    }, 240_000)

    test('where the browser lets no window open they are shown in the page, which says why', async () => {
      const { page } = reader
      await page.evaluate(() => { window.open = () => null })
      await row(/Müller/).dblclick()
      await imagesIn(page, 'Müller Annegret')
      await page.getByText('The browser let no window open').waitFor()
      await picture('blocked', reader)
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: 'Back' }).click()
      await row(/Müller/).waitFor()
    }, 240_000)
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
  }, 240_000)

  test('the classic layout has few tools, and nothing beside the images', async () => {
    const reader = await screens.signedInPage({ organisation: opened.organisation })
    // Chinese was chosen; the browser is English.
    await reader.page.addInitScript(() => { localStorage.setItem('isocenter.language', 'zh-CN') })
    const choose = async (viewerLayout: 'classic' | 'standard') => {
      const answer = await reader.page.request.patch('/api/account/preferences', { data: { viewerLayout }, headers: { origin: screens.url } })
      expect(answer.status()).toBe(200)
    }
    const shown = async () => {
      const frame = await show([head], reader)
      await frame.locator('[data-cy="Zoom"]').waitFor()
      return frame
    }
    const toolsOf = async (frame: FrameLocator) => ({ capture: await frame.locator('[data-cy="Capture"]').count(), series: await frame.locator('[data-cy="study-browser-thumbnail"]').count(), right: await frame.locator('[data-cy="side-panel-header-right"]').count() })
    const full = await shown()
    await expect.poll(() => toolsOf(full), { timeout: firstImageMs }).toEqual({ capture: 1, series: 1, right: 1 })
    // The release's own texts.
    await expect.poll(() => full.locator('body').evaluate(() => localStorage.getItem('i18nextLng')), { timeout: firstImageMs }).toBe('zh')
    await picture('chinese', reader)
    await choose('classic')
    const frame = await shown()
    expect(await toolsOf(frame)).toEqual({ capture: 0, series: 0, right: 0 })
    await picture('classic', reader)
    // The list of series is one click away.
    await frame.locator('[data-cy="side-panel-header-left"]').click()
    await frame.locator('[data-cy="study-browser-thumbnail"]').first().waitFor()
    await reader.close()
  }, 240_000)

  describe('on a phone', () => {
    const onPhone = async (connection: object | undefined, options: Pick<SignedInOptions, 'language' | 'colorScheme'> = {}) => {
      const reader = await screens.signedInPage({ organisation: opened.organisation, viewport: phone, hasTouch: true, isMobile: true, ...options })
      await reader.page.addInitScript((given) => { Object.defineProperty(navigator, 'connection', { value: given }) }, connection)
      const asked: string[] = []
      reader.page.on('request', (request) => { if (/\/frames\/|\/metadata/.test(request.url())) asked.push(request.url()) })
      return { ...reader, asked }
    }

    test('with mobile data one tap in the list opens small pictures, marked as such; the original images are one tap away', async () => {
      const { page, asked, complaints, goTo, close } = await onPhone({ type: 'cellular' })
      await goTo(`${reading.root}/studies`)
      await page.getByRole('button', { name: /^Open the images of .*Müller/ }).tap()
      await page.getByRole('heading', { name: /Müller/ }).waitFor()
      await page.getByText(/ · female · /).waitFor()
      await expect.poll(() => page.locator('.viewer-picture img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0), { timeout: firstImageMs }).toBe(true)
      await expect.poll(() => page.locator('.viewer-mark').allTextContents(), { timeout: firstImageMs }).toEqual(['Not for diagnosis'])
      await expect.poll(() => overhang(page), { timeout: firstImageMs }).toBe(0)
      expect([asked, await seriousFindings(page)]).toEqual([[], []])
      await reading.picture('phone-previews', page)
      await page.getByRole('button', { name: 'View original images' }).tap()
      const frame = page.frameLocator('iframe.viewer-frame')
      await frame.getByText('Müller Annegret').first().waitFor({ timeout: firstImageMs })
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: firstImageMs })
      await reading.picture('phone-viewer', page)
      // Every tool is within the screen, and none lies upon another.
      const misplaced = async () => {
        const boxes = await Promise.all(['WindowLevel', 'Zoom', 'Pan', 'Layout'].map(async (tool) => ({ tool, box: await frame.locator(`[data-cy="${tool}"]`).boundingBox() })))
        return boxes.filter(({ box }, nth) => {
          const { box: before } = boxes[nth - 1] ?? {}
          return box === null || box.x < (before?.x ?? 0) + (before?.width ?? 0) || box.x + box.width > phone.width
        })
      }
      await expect.poll(misplaced, { timeout: firstImageMs }).toEqual([])
      await page.getByRole('button', { name: 'Small pictures' }).tap()
      await page.getByRole('heading', { name: /Müller/ }).waitFor()
      expect(complaints).toEqual([])
      await close()
    }, 240_000)

    test('a browser that does not say what the network costs has its user asked once', async () => {
      const { page, goTo, close } = await onPhone(undefined, { language: 'zh-CN', colorScheme: 'dark' })
      await page.goto(`${reading.root}/viewer?studies=${head}`)
      await page.getByRole('button', { name: '先看缩略图' }).waitFor()
      await reading.picture('phone-question', page)
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: '先看缩略图' }).tap()
      await page.getByText('不可用于诊断').first().waitFor()
      await goTo(`${reading.root}/viewer?studies=${chest}`)
      await page.getByRole('heading', { name: /欧阳/ }).waitFor()
      await reading.picture('phone-previews-zh', page)
      expect(await seriousFindings(page)).toEqual([])
      // Changed where it is at work.
      await page.getByRole('switch').tap()
      await page.frameLocator('iframe.viewer-frame').locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
      await close()
    }, 240_000)

    test('on Wi-Fi the original images open at once', async () => {
      const { page, close } = await onPhone({ type: 'wifi' })
      await show([head], { page })
      await close()
    }, 240_000)
  })

  test('puts studies of two patients side by side, each named in its own pane', async () => {
    const frame = await show([head, chest])
    await expect.poll(() => frame.locator('.cornerstone-canvas').count(), { timeout: firstImageMs }).toBe(2)
    await frame.getByText('Müller Annegret').first().waitFor()
    await frame.getByText('Ouyang ZhiYuan (欧阳志远)').first().waitFor()
    // Their headings in the list, too.
    for (const heading of ['Müller Annegret · CT HEAD NATIVE', /^Ouyang ZhiYuan \(欧阳志远\) · /]) await frame.locator('[data-cy="studyBrowser-panel"]').getByText(heading).waitFor()
    await picture('compared')
  }, 240_000)

  test('an address that names no study says so', async () => {
    await opened.page.goto(`${reading.root}/viewer`)
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
    await other.page.goto(`${reading.root}/viewer?studies=${head}`)
    await other.page.getByText('This organisation does not let you see the study').waitFor({ timeout: firstImageMs })
    expect(new Set(answers)).toEqual(new Set([403]))
    await other.close()
  }, 240_000)
})
