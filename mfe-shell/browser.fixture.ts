/** The screens in real Chromium, served by the real application with a database of its own. For the tests of every application of the page. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { OrganisationKind } from '@isocenter/contracts'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { aService, type TestService } from '../server/src/dicomweb/service.fixture.ts'
import { aMember, anOrganisation } from '../server/src/organisations/organisations.fixture.ts'

export const desktop = { width: 1360, height: 900 }
export const phone = { width: 390, height: 844 }

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Debian's Chromium as root, without anything it would want from the internet. */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const sessionMs = 12 * 3_600_000

export interface PageOptions extends BrowserContextOptions {
  readonly language?: 'zh-CN' | 'en'
}

export interface SignedInOptions extends PageOptions {
  /** Which built-in role the person holds: `full`, `administrator`, … */
  readonly role?: string
  /** Kind of an organisation made for this page alone; or one that is there already. */
  readonly kind?: OrganisationKind
  readonly organisation?: TestOrganisation
  readonly organisationName?: string
  readonly name?: string
  /** Somebody who is there already. */
  readonly accountId?: string
}

export interface TestOrganisation {
  readonly organisationId: string
  readonly number: string
}

export interface OpenedPage {
  readonly page: Page
  /** What the browser complained of: scripts that failed, styles the policy refused, requests that failed unasked. */
  readonly complaints: string[]
  /** Goes to an address of the server and waits until everything there has been loaded. */
  readonly goTo: (path: string) => Promise<void>
  /** Waits until nothing is being loaded. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface SignedInPage extends OpenedPage {
  readonly organisation: TestOrganisation
  readonly accountId: string
  readonly membershipId: string
  readonly phone: string
}

export interface ScreensUnderTest {
  readonly service: TestService
  readonly url: string
  readonly browser: Browser
  readonly organisation: (kind: OrganisationKind, name?: string) => Promise<TestOrganisation>
  /** A browser nobody has signed in with. */
  readonly openPage: (options?: PageOptions) => Promise<OpenedPage>
  /** A browser in which a member of an organisation is signed in. */
  readonly signedInPage: (options?: SignedInOptions) => Promise<SignedInPage>
  /** Signs an account in without a browser; what the session cookie says. */
  readonly sessionOf: (accountId: string) => Promise<string>
  /** The six digits of the latest message that waits for this phone number, or for any. */
  readonly codeSentTo: (phone: string) => Promise<string>
  /** Has people told what waits to be told; the server does so by itself within seconds. */
  readonly tell: () => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Builds what has changed, starts the application on a free port and a browser. */
export async function openScreens(env: Readonly<Record<string, string>> = {}): Promise<ScreensUnderTest> {
  await buildScreens(() => undefined, ['mfe-shell/shared', 'mfe-shell', 'mfe-admin', 'mfe-viewer'])
  // Without a public address cookies are those of plain HTTP, which is what a test has.
  const service = await aService({ PUBLIC_URL: '', CAPTCHA_BITS: '8', ...env })
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })

  const openPage = async ({ language = 'en', ...options }: PageOptions = {}): Promise<OpenedPage> => {
    // Contrast is not judged in the middle of fading.
    const context = await browser.newContext({ locale: language, viewport: desktop, reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai', baseURL: url, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !isAnsweredRefusal(message.text())) complaints.push(message.text())
    })
    const settled = async () => {
      await page.waitForSelector('h1')
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .ant-spin-spinning, .ant-skeleton') === null)
    }
    return {
      page, complaints, settled,
      goTo: async (path) => {
        await page.goto(path)
        await settled()
      },
      close: () => context.close(),
    }
  }

  const sessionOf = async (accountId: string) => {
    const token = randomBytes(32).toString('base64url')
    const now = new Date()
    await service.db('account_session').insert({
      session_id: randomUUID(), account_id: accountId, token_sha256: createHash('sha256').update(token).digest(), is_remembered: false, created_at: now, last_active_at: now,
      expires_at: new Date(now.getTime() + sessionMs), address: '127.0.0.1', user_agent: 'Mozilla/5.0 (X11; Linux x64) Chrome/140.0',
    })
    return token
  }

  return {
    service, url, browser, openPage, sessionOf,
    codeSentTo: async (phoneNumber) => {
      const messages = (await service.outbox.waiting()).filter(({ recipient, to, text }) => (to?.address ?? recipient.phone).endsWith(phoneNumber) && /\d{6}/.test(text.body))
      return /(?<!\d)\d{6}(?!\d)/.exec(messages.at(-1)?.text.body ?? '')?.[0] ?? ''
    },
    tell: () => service.notifying.telling.tellDue(),
    organisation: (kind, name) => anOrganisation(service.db, kind, name),
    signedInPage: async ({ role = 'full', kind = 'hospital', organisation, organisationName, name, accountId, ...options } = {}) => {
      const at = organisation ?? await anOrganisation(service.db, kind, organisationName)
      const member = await aMember(service.db, at.organisationId, role, { ...(name !== undefined && { name }), ...(accountId !== undefined && { accountId }) })
      const opened = await openPage(options)
      await opened.page.context().addCookies([{ name: 'isocenter-session', value: await sessionOf(member.accountId), url, httpOnly: true, sameSite: 'Strict' }])
      return { ...opened, ...member, organisation: at }
    },
    close: async () => {
      await browser.close()
      await service.close()
    },
  }
}

/** The browser writes every answer from 400 on to its console; refusals are part of what is tested. */
const isAnsweredRefusal = (text: string): boolean => /Failed to load resource: the server responded with a status of 4\d\d/.test(text)

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

/** By how many pixels the page is wider than the window. */
export const overhang = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
