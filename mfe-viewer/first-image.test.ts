/**
 * How long it takes from signing in to the first image of a CT of 300 slices, in a browser that has been here before: `REPS=9 MEASURE=1 npx vitest run mfe-viewer/first-image.test.ts`,
 * on a machine that does nothing else. Prints figures and asserts none: a busy machine is no fault of ours.
 */
import { randomInt } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OwnMemberships } from '@isocenter/contracts'
import { aStudy, bytesOf, hasProgram, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { launchUsedChromium } from '@isocenter/testkit/browser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScreens, type ScreensUnderTest } from '../mfe-shell/browser.fixture.ts'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { storeBody } from '../server/src/dicomweb/service.fixture.ts'
import type { BrowserContext, Page } from 'playwright-core'
import { hasDicomwebPlugin, startPlainViewer } from './plain-viewer.fixture.ts'

const slices = 300
const repetitions = Number(process.env['REPS'] ?? 5)
const perRequest = 25
const longestMs = 60_000
const ownPassword = 'Measured$2026'

describe.runIf(process.env['MEASURE'] !== undefined && hasProgram('chromium'))('from signing in to the first image', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => {
    await buildScreens(() => undefined, ['mfe-viewer/vendor'])
    screens = await openScreens()
  }, 300_000)
  afterAll(() => screens.close())

  /** Somebody of a new hospital, and his password, which works once. */
  async function somebody() {
    const { service } = screens
    const { organisationId } = await screens.organisation('hospital', 'North Hospital')
    const prepared = await service.accounts.administration.prepareOneTimePassword()
    const phone = `139${String(randomInt(1e8)).padStart(8, '0')}`
    const { accountId } = await service.db.transaction((trx) => service.accounts.administration.create(trx, { organisationId, phone, name: 'Wang Fang', actor: 'command:test' }, prepared))
    const role = await service.db('role').where({ organisation_id: organisationId, built_in: 'full' }).first<{ role_id: string }>('role_id')
    await service.db('membership').insert({ organisation_id: organisationId, account_id: accountId, role_id: role.role_id })
    return { organisationId, phone, password: prepared.password }
  }

  test(`of ${String(slices)} slices`, async () => {
    const { organisationId, phone, password } = await somebody()
    const study = aStudy({ series: [{ kind: 'CT', instances: slices }], Rows: 512, Columns: 512, PatientName: 'Slices^Many' })
    for (let first = 0; first < slices; first += perRequest) {
      await screens.service.store(study.instances.slice(first, first + perRequest).map((instance) => bytesOf(instance)), { headers: await screens.as({ organisationId }) })
    }
    const { page } = await screens.openPage()
    const viewer = `/o/${organisationId}/viewer?studies=${study.StudyInstanceUID}`
    const signIn = async (given: string) => {
      await page.getByLabel('Phone number or login name').fill(phone)
      await page.getByLabel('Password', { exact: true }).fill(given)
      await page.keyboard.press('Enter')
    }
    const firstImage = async () => {
      await page.locator('.viewer-bar').waitFor({ timeout: longestMs })
      await page.locator('.viewer-status').waitFor({ state: 'detached', timeout: longestMs })
    }
    await page.goto(`/sign-in?next=${encodeURIComponent(viewer)}`)
    await signIn(password)
    await page.getByLabel('New password', { exact: true }).fill(ownPassword)
    await page.getByLabel('New password, again').fill(ownPassword)
    await page.keyboard.press('Enter')
    await firstImage()

    const took: number[] = []
    for (let nth = 0; nth < repetitions; nth++) {
      await page.context().clearCookies()
      await page.goto(`/sign-in?next=${encodeURIComponent(viewer)}`)
      await page.getByLabel('Password', { exact: true }).waitFor()
      const began = performance.now()
      await signIn(ownPassword)
      await firstImage()
      took.push(Math.round(performance.now() - began))
    }
    expect(await page.frameLocator('iframe.viewer-frame').locator('.cornerstone-canvas').count()).toBe(1)
    console.info(`From signing in to the first image of ${String(slices)} slices: ${took.toSorted((one, other) => one - other).join(', ')} ms; load ${loadavg()[0]?.toFixed(1) ?? ''}.`)
  }, 600_000)

  test.runIf(hasProgram('Orthanc') && hasDicomwebPlugin())('beside the same release of OHIF as it comes, on Orthanc', async () => {
    await using plain = await startPlainViewer()
    // A process of its own, as Orthanc is: what drives the browser takes no time of the server's.
    const server = await startServerProcess((await testDatabase()).url, { env: { CAPTCHA_BITS: '0' } })
    const { origin } = new URL(server.url)
    await using folder = await mkdtempDisposable(join(tmpdir(), 'isocenter-browser-'))
    const browser = await launchUsedChromium(folder.path)
    const organisationId = await signIn(await browser.newPage(), server)
    const store = `Bearer ${await server.token('--scope', 'dicomweb:store')}`
    const study = aStudy({ series: [{ kind: 'CT', instances: slices }], Rows: 512, Columns: 512, PatientName: 'Slices^Many' })
    for (let first = 0; first < slices; first += perRequest) {
      const files = study.instances.slice(first, first + perRequest).map((instance) => bytesOf(instance))
      const { contentType, body } = storeBody(files)
      expect((await fetch(`${server.url}/studies`, { method: 'POST', headers: { authorization: store, 'content-type': contentType, accept: 'application/dicom+json' }, body: body as Uint8Array<ArrayBuffer> })).status).toBe(200)
      for (const file of files) await plain.store(file)
    }
    const viewers = {
      ours: {
        address: `${origin}/o/${organisationId}/viewer?studies=${study.StudyInstanceUID}`, list: `${origin}/o/${organisationId}/studies`,
        chosen: async (ours: Page) => {
          await ours.locator('.study-table .ant-table-row', { hasText: 'Slices Many' }).waitFor()
          // As long as it takes to find a study in a list.
          await ours.locator('iframe.viewer-frame').contentFrame().locator('#root > *').first().waitFor({ state: 'attached' })
          return () => ours.locator('.study-table .ant-table-row', { hasText: 'Slices Many' }).dblclick()
        },
      },
      plain: {
        address: `${plain.url}/viewer?StudyInstanceUIDs=${study.StudyInstanceUID}`, list: plain.url,
        chosen: async (theirs: Page) => {
          await theirs.getByText('Slices, Many').or(theirs.getByText('Slices^Many')).first().click()
          const open = theirs.getByRole('button', { name: 'Basic Viewer' })
          await open.waitFor()
          return () => open.click()
        },
      },
    }
    const took = { 'by address': { ours: [] as number[], plain: [] as number[] }, 'from the list': { ours: [] as number[], plain: [] as number[] } }
    for (let nth = 0; nth <= repetitions; nth++) {
      for (const name of nth % 2 === 0 ? ['ours', 'plain'] as const : ['plain', 'ours'] as const) {
        const { address, list, chosen } = viewers[name]
        took['by address'][name].push(await inNewTab(browser, async (page) => {
          const began = performance.now()
          await page.goto(address)
          await pictureShown(page)
          return performance.now() - began
        }))
        took['from the list'][name].push(await inNewTab(browser, async (page) => {
          await page.goto(list)
          const choose = await chosen(page)
          // Nobody chooses within the moment the list is there; and what follows is counted from the click, not from when the mouse is on its way.
          await page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve) }))
          await page.evaluate((event) => { addEventListener(event, () => { performance.mark('chosen') }, { capture: true, once: true }) }, name === 'ours' ? 'dblclick' : 'click')
          await choose()
          await pictureShown(page)
          return page.evaluate(() => performance.now() - (performance.getEntriesByName('chosen')[0]?.startTime ?? NaN))
        }))
      }
    }
    for (const [way, both] of Object.entries(took)) {
      for (const [name, [first, ...next]] of Object.entries(both)) console.info(`${way}, ${name}: first ${String(first)} ms, then ${next.toSorted((one, other) => one - other).join(', ')} ms; load ${loadavg()[0]?.toFixed(1) ?? ''}.`)
    }
    await browser.close()
    await server.stop()
  }, 900_000)
})

/**
 * What something takes in a tab of its own, in whole milliseconds. In one that showed something before, who is of the same origin finds a process that has compiled
 * everything; our pages, which let no other window of the browser hold them (Cross-Origin-Opener-Policy), get a new one whenever somebody comes from elsewhere.
 */
async function inNewTab(browser: BrowserContext, take: (page: Page) => Promise<number>): Promise<number> {
  const page = await browser.newPage()
  const took = await take(page)
  await page.close()
  return Math.round(took)
}

/** Signs in who may do everything in the organisation the server begins with; its id. */
async function signIn(page: Page, server: ServerProcess): Promise<string> {
  const { origin } = new URL(server.url)
  const phone = '13900000001'
  const printed = await server.account('create', '--phone', phone, '--name', 'Wang Fang', '--organisation', 'default')
  await page.goto(`${origin}/sign-in`)
  const ask = async <Answer>(method: string, path: string, data?: object): Promise<Answer> => {
    const answer = await page.request.fetch(`${origin}/api${path}`, { method, headers: { origin }, ...(data && { data }) })
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`)
    return await answer.json() as Answer
  }
  const { challenge } = await ask<{ challenge: string }>('POST', '/captchas')
  await ask('POST', '/session', { login: phone, password: printed.split(/\s+/).at(-1), captcha: { challenge, nonce: 0 } })
  await ask('PUT', '/session/password', { newPassword: ownPassword })
  const { items } = await ask<OwnMemberships>('GET', '/account/memberships')
  return items[0]?.organisation.organisationId ?? ''
}

/** Waits until a viewport shows something: its canvas has more than one colour, in whatever frame it stands. */
async function pictureShown(page: Page): Promise<void> {
  for (const end = performance.now() + longestMs; performance.now() < end;) {
    for (const frame of page.frames()) {
      const isShown = await frame.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('.cornerstone-canvas')].some((canvas) => {
        const pixels = canvas.width === 0 ? undefined : canvas.getContext('2d')?.getImageData(canvas.width / 4, canvas.height / 2, canvas.width / 2, 1).data
        return pixels !== undefined && pixels.some((value, index) => index % 4 !== 3 && value !== pixels[index % 4])
      })).catch(() => false)
      if (isShown) return
    }
    await page.waitForTimeout(20)
  }
  throw new Error('no image was shown in time')
}
