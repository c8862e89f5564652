/** Share links in a browser of their own: nobody is signed in there, and nothing is known but the link. */
import type { Attachment, NewShareLink, ShareLinkRequest } from '@isocenter/contracts'
import { hasProgram } from '@isocenter/testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeBody } from '../server/src/dicomweb/service.fixture.ts'
import { disposition } from '../server/src/platform/file-names.ts'
import { sampleStudies } from '../packages/tools/src/samples/index.ts'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { openScreens, phone, seriousFindings, type ScreensUnderTest, type SignedInPage } from './browser.fixture.ts'
import { aPicture } from './picture.fixture.ts'

const pictures = process.env['SCREENSHOTS']
const firstImageMs = 60_000
const instances = 4

describe.skipIf(!hasProgram('chromium'))('share links in Chromium', () => {
  let screens: ScreensUnderTest
  let doctor: SignedInPage
  let study: string

  beforeAll(async () => {
    await buildScreens(() => undefined, ['mfe-viewer/vendor'])
    screens = await openScreens()
    doctor = await screens.signedInPage({ organisationName: 'River Hospital' })
    const sample = sampleStudies.find(({ title }) => title.startsWith('CT of a head'))
    study = await store([...sample?.instances().take(instances) ?? []].map(({ bytes }) => bytes))
  }, 300_000)
  afterAll(() => screens.close())

  const origin = () => ({ origin: screens.url, 'sec-fetch-site': 'same-origin' })
  async function store(objects: readonly Uint8Array[]): Promise<string> {
    const { contentType, body } = storeBody(objects)
    const answer = await doctor.page.request.post(`/o/${doctor.organisation.organisationId}/dicom-web/studies`, { data: body, headers: { 'content-type': contentType, accept: 'application/dicom+json', ...origin() } })
    expect(answer.status()).toBe(200)
    return ((await answer.json()) as { '00081190': { Value: [string] } })['00081190'].Value[0].replace(/^.*\/studies\//, '')
  }
  async function attach(fileName: string, isShown: boolean): Promise<void> {
    const headers = { 'x-organisation': doctor.organisation.organisationId, ...origin() }
    const added = await doctor.page.request.post(`/api/studies/${study}/attachments`, { data: await aPicture('png'), headers: { ...headers, 'content-type': 'application/octet-stream', 'content-disposition': disposition('attachment', fileName) } })
    const { attachmentId } = await added.json() as Attachment
    const answer = await doctor.page.request.put(`/api/studies/${study}/attachments/${attachmentId}/visibility`, { data: { isShown }, headers })
    expect([added.status(), answer.status()]).toEqual([201, 200])
  }
  async function aLink(given: Partial<ShareLinkRequest> = {}): Promise<NewShareLink> {
    const answer = await doctor.page.request.post('/api/share-links', { data: { studies: [study], isAnonymised: true, validHours: 24, ...given }, headers: { 'x-organisation': doctor.organisation.organisationId, ...origin() } })
    expect([answer.status(), await answer.text()]).toEqual([201, expect.anything()])
    return await answer.json() as NewShareLink
  }
  const picture = async (page: Page, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/share-${name}.png` }) }
  const imagesIn = async (page: Page) => {
    const frame = page.frameLocator('iframe.share-frame')
    await frame.locator('.cornerstone-canvas').first().waitFor({ timeout: firstImageMs })
    return frame
  }

  test('an anonymised one opens the images, and in no request or answer is anything of whom they are', async () => {
    const link = await aLink()
    const { page, complaints, close } = await screens.openPage()
    const answers: { url: string; sent: string; body: Buffer }[] = []
    const pending: Promise<void>[] = []
    page.context().on('response', (response) => {
      if (!new URL(response.url()).pathname.startsWith('/apps/') && !new URL(response.url()).pathname.startsWith('/viewer/')) {
        // What a worker of the viewer has fetched the browser does not hand out: it is asked for again by the same visitor.
        const asked = response.request()
        const bytes = response.body().catch(async () => (await page.request.get(response.url(), { headers: { accept: asked.headers()['accept'] ?? '*/*' } })).body())
        pending.push(bytes.then((body) => { answers.push({ url: response.url(), sent: JSON.stringify(asked.headers()), body: Buffer.concat([Buffer.from(JSON.stringify(response.headers())), body]) }) }))
      }
    })
    await page.goto(link.path)
    const frame = await imagesIn(page)
    await frame.getByText(/ANON-[0-9A-F]{10}/).first().waitFor({ timeout: firstImageMs })
    // Every image, not the first alone.
    await expect.poll(() => new Set(answers.flatMap(({ url }) => /\/instances\/([\d.]+)\/frames\//.exec(url)?.[1] ?? [])).size, { timeout: firstImageMs }).toBe(instances)
    await picture(page, 'images')
    // Stand-ins of one patient are the same in images and searches.
    await frame.getByText('Another patient’s image').waitFor({ state: 'detached' })
    await Promise.all(pending)
    const asked = answers.filter(({ url }) => url.includes('/dicom-web/'))
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.every(({ url }) => url.includes(`/s/${link.linkId}/dicom-web/`))).toBe(true)
    for (const { url, sent, body } of answers) {
      for (const original of [study, 'Müller', 'Annegret', 'ISO-0005', 'M\u00fcller']) expect([url, url.includes(original) || sent.includes(original) || body.includes(original)]).toEqual([url, false])
      // The token is in the one request that opens, and in no address or Referer.
      expect(url.includes(link.path.split('#')[1] ?? '') || sent.includes(link.path.split('#')[1] ?? '')).toBe(false)
    }
    expect(complaints).toEqual([])
    expect(await seriousFindings(page)).toEqual([])
    // For looking only, behind a mark.
    expect(await page.locator('.share-watermark span').first().getAttribute('data-mark')).toContain('Images for viewing only · link valid until')
    await page.locator('.share-watermark').waitFor()
    expect(await frame.locator('[data-cy="Capture"]').isVisible()).toBe(false)
    const cookies = await page.context().cookies(`${screens.url}/s/${link.linkId}/dicom-web`)
    expect(cookies.find(({ name }) => name === 'isocenter-share')).toMatchObject({ path: `/s/${link.linkId}/`, httpOnly: true, sameSite: 'Strict' })
    await close()
  }, 120_000)

  test('one with a password asks for it, and closes with the tenth wrong one', async () => {
    const link = await aLink({ password: 'river-2026' })
    const { page, close } = await screens.openPage()
    await page.goto(link.path)
    for (let left = 9; left > 0; left--) {
      await page.getByLabel('Password', { exact: true }).fill(`guess-${left}`)
      await page.getByRole('button', { name: 'Open', exact: true }).click()
      await page.getByText(`${left} ${left === 1 ? 'try is' : 'tries are'} left`).waitFor()
      if (left === 9) {
        await picture(page, 'wrong-password')
        expect(await seriousFindings(page)).toEqual([])
      }
    }
    await page.getByLabel('Password', { exact: true }).fill('guess-last')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByText('This link was closed').waitFor()
    await page.reload()
    await page.getByText('This link was closed').waitFor()
    await close()
  }, 120_000)

  test('the right password opens it, and beside the images the attachments that are switched on', async () => {
    for (const [name, isShown] of [['Wound 外伤.png', true], ['internal.png', false]] as const) await attach(name, isShown)
    const link = await aLink({ password: 'river-2026', isAnonymised: false })
    const { page, complaints, close } = await screens.openPage()
    await page.goto(link.path)
    await page.getByLabel('Password', { exact: true }).fill('river-2026')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await (await imagesIn(page)).getByText('Müller Annegret').first().waitFor({ timeout: firstImageMs })
    // Attachments that are switched on, in the place of the images and behind the same mark, for as long as the link goes.
    await page.getByRole('button', { name: 'Attachments (1)' }).click()
    await page.getByText('Wound 外伤.png').waitFor()
    expect(await page.getByText('internal.png').count()).toBe(0)
    await picture(page, 'attachments')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'View Wound 外伤.png' }).click()
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.attachment-view img')?.naturalWidth ?? 0) > 0)
    await page.locator('.share-watermark').waitFor()
    await picture(page, 'attachment')
    const kept = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download Wound 外伤.png' }).or(page.getByRole('link', { name: 'Download Wound 外伤.png' })).click()
    expect((await kept).suggestedFilename()).toBe('Wound 外伤.png')
    await page.keyboard.press('Escape')
    await screens.service.db('share_link').where({ link_id: link.linkId }).update({ revoked_at: new Date() })
    await page.getByRole('button', { name: 'View Wound 外伤.png' }).click()
    await page.getByText('The visit has ended').waitFor()
    expect(complaints.splice(0).filter((complaint) => !complaint.includes('401'))).toEqual([])
    await close()
  }, 120_000)

  test('ended ones say so plainly, in the visitor\'s language', async () => {
    const [expired, revoked] = [await aLink(), await aLink()]
    await screens.service.db('share_link').where({ link_id: expired.linkId }).update({ created_at: new Date(Date.now() - 7_200_000), expires_at: new Date(Date.now() - 3_600_000) })
    const { page, close } = await screens.openPage({ language: 'zh-CN' })
    await page.goto(expired.path)
    await page.getByText('此链接已过期').waitFor()
    await picture(page, 'expired')
    await page.goto(revoked.path)
    await imagesIn(page)
    const answer = await doctor.page.request.delete(`/api/share-links/${revoked.linkId}`, { headers: { 'x-organisation': doctor.organisation.organisationId, ...origin() } })
    expect(answer.status()).toBe(200)
    expect((await page.request.get(`/s/${revoked.linkId}/dicom-web/studies`)).status()).toBe(401)
    await page.reload()
    await page.getByText('此链接已被撤销').waitFor()
    await page.goto(`/s/${revoked.linkId}`)
    await page.reload()
    await page.getByText('地址不完整').waitFor()
    await close()
  }, 120_000)

  test('one is made out of the study list, with a warning of what the pictures may tell, and handed over as text and code', async () => {
    const { page } = doctor
    await doctor.goTo(`/o/${doctor.organisation.organisationId}/studies`)
    await page.getByRole('button', { name: /Müller/ }).and(page.locator('[aria-haspopup="menu"]')).first().click()
    await page.getByRole('menuitem', { name: /^Share a link/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Müller Annegret').waitFor()
    await dialog.getByText('A face can be made out of these slices of a head.').waitFor()
    await picture(page, 'dialog')
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByText(/documents and attachments are left out/).waitFor()
    await dialog.getByRole('switch', { name: 'Anonymise' }).click()
    await dialog.getByText('The link also opens one attachment shown to outside viewers.').waitFor()
    await picture(page, 'dialog-with-names')
    await dialog.getByRole('switch', { name: 'Anonymise' }).click()
    await dialog.getByRole('button', { name: 'Make the link' }).click()
    const address = await dialog.getByLabel('Link', { exact: true }).inputValue()
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]{16}#[\w-]{43}$/)
    await dialog.getByRole('img', { name: 'QR code of the link' }).waitFor()
    await picture(page, 'made')
    const { page: visitor, close } = await screens.openPage({ viewport: phone })
    const answer = await visitor.goto(address)
    expect(answer?.headers()).toMatchObject({ 'x-robots-tag': 'noindex, nofollow, noarchive', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    await imagesIn(visitor)
    await picture(visitor, 'phone')
    await close()
  }, 120_000)

  test('their maker sees them, and withdraws one', async () => {
    await aLink({ validHours: 48 })
    await doctor.goTo(`/o/${doctor.organisation.organisationId}/shares`)
    await doctor.page.getByRole('row').filter({ hasText: 'Müller Annegret' }).first().waitFor()
    await doctor.page.getByRole('button', { name: 'Withdraw' }).first().click()
    await doctor.page.getByRole('dialog').getByText('Müller Annegret').waitFor()
    await picture(doctor.page, 'own-links')
    await doctor.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
    await doctor.page.getByText('The link is withdrawn').waitFor()
    expect(await seriousFindings(doctor.page)).toEqual([])
  }, 120_000)
})
