/** The screens in real Chromium, served by the real application with a database of its own. For the tests of every application of the page. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { OrganisationKind } from '@isocenter/contracts'
import { launchChromium, openWatchedPage, type WatchedPage } from '@isocenter/testkit/browser'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { buildScreens } from '../packages/launcher/src/build-screens.ts'
import { aService, type TestService } from '../server/src/dicomweb/service.fixture.ts'
import { aMember, anOrganisation } from '../server/src/organisations/organisations.fixture.ts'

export { desktop, overhang, phone, seriousFindings } from '@isocenter/testkit/browser'

/** How long a page may take for one step: the machine of a test may be busy. */
const stepMs = 20_000
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

export interface OpenedPage extends Omit<WatchedPage, 'context'> {
  /** Goes to an address of the server and waits until everything there has been loaded. */
  readonly goTo: (path: string) => Promise<void>
  /** Goes to the address of another page as links do, within the page that is there, and waits as `goTo` does. */
  readonly follow: (path: string) => Promise<void>
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
  /** Authorization header of a program of an organisation, which may do everything unless `granted` says less. */
  readonly as: (organisation: Pick<TestOrganisation, 'organisationId'>, granted?: Parameters<TestService['as']>[1]) => ReturnType<TestService['as']>
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
  const browser = await launchChromium()

  const openPage = async ({ language = 'en', ...options }: PageOptions = {}): Promise<OpenedPage> => {
    const { context, page, complaints } = await openWatchedPage(browser, { locale: language, timezoneId: 'Asia/Shanghai', baseURL: url, ...options }, (text) => isAnsweredRefusal(text) || isSlowness(text))
    page.setDefaultTimeout(stepMs)
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
      follow: async (path) => {
        const title = await page.locator('h1').first().textContent()
        await page.evaluate((to) => {
          history.pushState(null, '', to)
          dispatchEvent(new PopStateEvent('popstate'))
        }, path)
        await page.waitForFunction((before) => document.querySelector('h1')?.textContent !== before, title)
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
    as: async ({ organisationId }, granted) => {
      const { slug } = await service.db('organisation').where({ organisation_id: organisationId }).first<{ slug: string }>('slug')
      return service.as(slug, granted)
    },
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

/** What single-spa says of a page that it has not begun five seconds after its loading (1), or of a part that takes longer than three or four (31): so it is on a busy machine. */
const isSlowness = (text: string): boolean => /^single-spa minified message #(1|31): /.test(text)
