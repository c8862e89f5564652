/** Real Chromium for tests of screens: how it is started, what it complains of, and what is wrong with a page. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'

export const desktop = { width: 1360, height: 900 }
export const phone = { width: 390, height: 844 }

/** Debian's Chromium as root, without anything it would want from the internet. */
export const launchChromium = (): Promise<Browser> => chromium.launch(launching)

/** As somebody has it who uses it every day: what was loaded stays in its folder, compiled as well, which pages that are private do without. */
export const launchUsedChromium = (folder: string): Promise<BrowserContext> => chromium.launchPersistentContext(folder, { ...launching, locale: 'en', viewport: desktop, reducedMotion: 'reduce' })

const launching = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
}

export interface WatchedPage {
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser complained of: scripts that failed, styles the policy refused, requests that failed unasked. */
  readonly complaints: string[]
}

/** A page with storage and cookies of its own. `isExpected`: a complaint that is part of what is tested, and left out. */
export async function openWatchedPage(browser: Browser, options: BrowserContextOptions, isExpected: (complaint: string) => boolean = () => false): Promise<WatchedPage> {
  // Contrast is not judged in the middle of fading.
  const context = await browser.newContext({ locale: 'en', viewport: desktop, reducedMotion: 'reduce', ...options })
  if (slowness !== undefined) context.on('page', (opened) => { slow(context, opened, slowness).catch((error: unknown) => { if (!opened.isClosed()) throw error }) })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isExpected(message.text())) complaints.push(message.text())
  })
  return { context, page, complaints }
}

/** By hand: `SLOW_BROWSER=4,50` has every page compute at a quarter of its speed and wait 50 ms for each answer. What comes to light so are races, of tests and of the product. */
const slowness = process.env['SLOW_BROWSER']

async function slow(context: BrowserContext, page: Page, said: string): Promise<void> {
  const [rate = 1, latency = 0] = said.split(',').map(Number)
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: -1, uploadThroughput: -1 })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeViolation { readonly id: string; readonly impact: string | null; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }

/** What axe finds wrong on the page as it is now and calls serious or critical (WCAG 2.2 A and AA), each in one line. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // The policy of the page lets no script in: axe comes through the debugger's own door, and stays until the page is loaded anew.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axeSource)
  // Left out: the list that Ant Design's Select keeps for screen readers has no name of its own; its combobox, which has, owns it.
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (context: object, options: object) => Promise<{ violations: AxeViolation[] }> } }
    return (await axe.run({ exclude: ['[role="listbox"][id$="_list"]'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} — ${failureSummary.replaceAll(/\s+/g, ' ').slice(0, 200)}`))
}

/** By how many pixels the page is wider than the window. */
export const overhang = (page: Page): Promise<number> => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
