import { launchChromium, openWatchedPage, type WatchedPage } from '@isocenter/testkit/browser'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { buildScreens } from '../../packages/launcher/src/build-screens.ts'
import { createControlApi } from '../src/control/api.ts'
import { pretendGateway, type PretendedGateway } from '../src/control/gateway.fixture.ts'

export const key = 'abcd-efgh-jkmn-pqrs-tvwx'

/** Builds the console if it has changed, and starts a browser. */
export async function launchBrowser(): Promise<Browser> {
  await buildScreens(() => {}, ['dimse-gateway/console'])
  return launchChromium()
}

export interface OpenedConsole extends Omit<WatchedPage, 'context'> {
  readonly gateway: PretendedGateway
  readonly address: string
  readonly goTo: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** The built console of a pretended gateway in a browser of its own, signed in unless said otherwise. */
export async function openConsole(browser: Browser, { isSignedIn = true, isEmpty = false, ...options }: BrowserContextOptions & { readonly isSignedIn?: boolean; readonly isEmpty?: boolean } = {}): Promise<OpenedConsole> {
  const gateway = pretendGateway({ isEmpty })
  const app = await createControlApi({ control: gateway, key, screens: fileURLToPath(new URL('dist', import.meta.url)) })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const { context, page, complaints } = await openWatchedPage(browser, options)
  await page.goto(isSignedIn ? `${address}/#key=${key}` : address)
  await page.waitForSelector('h1')
  return {
    page, gateway, address, complaints,
    async goTo(path) {
      await page.goto(address + path)
      await page.waitForSelector('h1')
      // Nothing is judged while it is being loaded.
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    },
    async close() {
      await context.close()
      await app.close()
    },
  }
}
