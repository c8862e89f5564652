import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { buildScreens } from '../../packages/launcher/src/build-screens.ts'
import { createControlApi } from '../src/control/api.ts'
import { pretendGateway, type PretendedGateway } from '../src/control/gateway.fixture.ts'

export const key = 'abcd-efgh-jkmn-pqrs-tvwx'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Debian's Chromium as root, without anything it would want from the internet. */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export const desktop = { width: 1360, height: 900 }
export const phone = { width: 390, height: 844 }

export async function launchChromium(): Promise<Browser> {
  await buildScreens(() => {}, ['dimse-gateway/console'])
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
}

export interface OpenedConsole {
  readonly page: Page
  readonly gateway: PretendedGateway
  readonly address: string
  /** What the browser complained of: scripts that failed, styles the policy refused, requests that failed unasked. */
  readonly complaints: readonly string[]
  readonly goTo: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** The built console of a pretended gateway in a browser of its own, signed in unless said otherwise. */
export async function openConsole(browser: Browser, { isSignedIn = true, isEmpty = false, ...options }: BrowserContextOptions & { readonly isSignedIn?: boolean; readonly isEmpty?: boolean } = {}): Promise<OpenedConsole> {
  const gateway = pretendGateway({ isEmpty })
  const app = await createControlApi({ control: gateway, key, screens: fileURLToPath(new URL('dist', import.meta.url)) })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  // Contrast is not judged in the middle of fading.
  const context = await browser.newContext({ locale: 'en', viewport: desktop, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
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

interface AxeViolation { readonly id: string; readonly impact: string | null; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }

/** What axe finds wrong on the page as it is now and calls serious or critical (WCAG 2.2 A and AA), each in one line. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // The policy of the page lets no script in: axe comes through the debugger's own door.
  await page.evaluate(axeSource)
  // Left out: the list that Ant Design's Select keeps for screen readers has no name of its own; its combobox, which has, owns it.
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (context: object, options: object) => Promise<{ violations: AxeViolation[] }> } }
    return (await axe.run({ exclude: ['[role="listbox"][id$="_list"]'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} — ${failureSummary.replaceAll(/\s+/g, ' ').slice(0, 200)}`))
}
