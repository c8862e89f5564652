import { launchChromium, openWatchedPage, type WatchedPage } from '@isocenter/testkit/browser'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { buildScreens } from '../../packages/launcher/src/build-screens.ts'
import { createControlApi } from '../src/control/api.ts'
import { pretendGateway, type PretendedGateway } from '../src/control/gateway.fixture.ts'

export const key = 'abcd-efgh-jkmn-pqrs-tvwx'

export interface OpenedConsole extends Omit<WatchedPage, 'context'> {
  readonly gateway: PretendedGateway
  readonly address: string
  /** Loads the page anew at a path. */
  readonly goTo: (path: string) => Promise<void>
  /** Goes to another path as links do, within the page that is there. */
  readonly follow: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

type ConsoleOptions = BrowserContextOptions & { readonly isSignedIn?: boolean; readonly isEmpty?: boolean }

/** Opens the console for a test of the file, as built by now; it is closed when the test ends. */
export function consoleOfEachTest(): (options?: ConsoleOptions) => Promise<OpenedConsole> {
  let browser: Browser
  let opened: OpenedConsole | undefined
  beforeAll(async () => {
    await buildScreens(() => {}, ['dimse-gateway/console'])
    browser = await launchChromium()
  }, 300_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    await opened?.close()
    opened = undefined
  })
  return async (options) => (opened = await openConsole(browser, options))
}

/** Answers the question that is on the screen. */
export async function answer(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** The console of a pretended gateway in a browser of its own, signed in unless said otherwise. */
async function openConsole(browser: Browser, { isSignedIn = true, isEmpty = false, ...options }: ConsoleOptions = {}): Promise<OpenedConsole> {
  const gateway = pretendGateway({ isEmpty })
  const app = await createControlApi({ control: gateway, key, screens: fileURLToPath(new URL('dist', import.meta.url)) })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const { context, page, complaints } = await openWatchedPage(browser, options)
  // The machine of a test may be busy.
  page.setDefaultTimeout(20_000)
  await page.goto(isSignedIn ? `${address}/#key=${key}` : address)
  await page.waitForSelector('h1')
  // Nothing is judged while it is being loaded.
  const loaded = () => page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
  return {
    page, gateway, address, complaints,
    async goTo(path) {
      await page.goto(address + path)
      await page.waitForSelector('h1')
      await loaded()
    },
    async follow(path) {
      const title = await page.locator('h1').textContent()
      const isThere = await page.evaluate((to) => {
        const was = location.pathname
        history.pushState(null, '', to)
        dispatchEvent(new PopStateEvent('popstate'))
        return was === to
      }, path)
      if (!isThere) await page.waitForFunction((before) => document.querySelector('h1')?.textContent !== before, title)
      await loaded()
    },
    async close() {
      await context.close()
      await app.close()
    },
  }
}
