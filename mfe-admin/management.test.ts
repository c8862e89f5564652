import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest } from '../mfe-shell/browser.fixture.ts'
import { anOrganisation } from '../server/src/organisations/organisations.fixture.ts'
import { aFurnishedHospital } from './furnished.fixture.ts'

/** Pictures of every page go here when it is set, to be looked at. */
const pictures = process.env['SCREENSHOTS']

describe.skipIf(!hasProgram('chromium'))('pages of management in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 300_000)
  afterAll(() => screens.close())

  /** Loads a page of management anew or, where links lead to it, by its link; by what follows `/admin/` in its address. */
  async function show(opened: OpenedPage, way: 'goTo' | 'follow', organisationId: string, page: string): Promise<void> {
    const address = `/o/${organisationId}/admin/${page}`
    const { pathname } = new URL(opened.page.url(), screens.url)
    await opened[page.includes('?') || pathname === address || !pathname.startsWith('/o/') ? 'goTo' : way](address)
  }

  /** Everything that is wrong with these pages. */
  async function wrongWith(opened: OpenedPage, way: 'goTo' | 'follow', organisationId: string, name: string, pages: readonly string[]): Promise<string[]> {
    const wrong: string[] = []
    for (const page of pages) {
      await show(opened, way, organisationId, page)
      if (pictures !== undefined) await opened.page.screenshot({ path: `${pictures}/${`${name} ${page.replace(/=[0-9a-f-]{36}/, '')}`.replaceAll(/\W+/g, '-')}.png` })
      if (await opened.page.locator('[role="alert"] .ant-result').count() > 0) wrong.push(`${page} is not shown`)
      wrong.push(...(await seriousFindings(opened.page)).map((finding) => `${page}: ${finding}`))
      if (await overhang(opened.page) > 0) wrong.push(`${page} is wider than the screen`)
      wrong.push(...opened.complaints.splice(0).map((complaint) => `${page}: ${complaint}`))
    }
    return wrong
  }

  describe.each([
    ['English, light, desktop', 'goTo', { language: 'en', colorScheme: 'light', viewport: desktop }],
    ['Chinese, dark, phone', 'follow', { language: 'zh-CN', colorScheme: 'dark', viewport: phone }],
  ] as const)('in %s', (name, way, options) => {
    test('those of a hospital are accessible, fit the width and break no policy', async () => {
      const hospital = await aFurnishedHospital(screens.service.db)
      const opened = await screens.signedInPage({ ...options, name: 'Wang Fang', organisation: hospital })
      expect(await wrongWith(opened, way, hospital.organisationId, name, [
        'members', `members?record=${hospital.doctorId}`, 'invitations', 'frozen-accounts', 'roles', 'departments', 'settings', 'pairings',
        `pairings?record=${hospital.pairingId}`, 'devices', 'device-types', 'body-parts', 'body-parts?tab=tags',
        'gateways', `gateways?record=${hospital.gatewayId}`, 'api-keys', 'sign-in-provider', 'logs', 'logs?tab=users', 'logs?tab=studies',
        'notifications', 'notifications?tab=deliveries', 'notifications?tab=webhook', 'quarantine', 'deleted-studies', 'storage',
      ])).toEqual([])
      await opened.close()
    }, 240_000)

    test('so are the forms over them', async () => {
      const hospital = await aFurnishedHospital(screens.service.db)
      const opened = await screens.signedInPage({ ...options, name: 'Wang Fang', organisation: hospital })
      const wrong: string[] = []
      const forms = [
        ['members', '.page-actions .ant-btn-primary'], ['invitations', '.page-actions .ant-btn-primary'],
        ['frozen-accounts', ':is(td, .data-cards > li) .ant-btn'], ['roles', '.page-actions .ant-btn-primary'],
        ['roles', ':is(td, .data-cards > li) .ant-btn-dangerous'], ['departments', '.page-actions .ant-btn-primary'],
        ['pairings', '.page-actions .ant-btn-primary'],
        ['devices', ':is(td, .data-cards > li) .ant-btn:not(.ant-btn-dangerous)'],
        ['devices', ':is(td, .data-cards > li) .ant-btn-dangerous'],
        ['device-types', '.page-actions .ant-btn-primary'],
        ['body-parts', '.page-actions .ant-btn-primary'],
        ['body-parts?tab=tags', '.list-tools .ant-btn-primary'],
        ['api-keys', '.page-actions .ant-btn-primary'],
        ['sign-in-provider', '.ant-empty .ant-btn-primary'],
        ['logs', '.is-actions .ant-btn'],
        ['notifications', ':is(tr, .data-cards > li):nth-child(6) .ant-btn'],
        ['notifications?tab=webhook', '.ant-empty .ant-btn-primary'],
        ['quarantine', ':is(td, .data-cards > li) .ant-btn'],
        ['deleted-studies', ':is(td, .data-cards > li) .ant-btn'],
      ] as const
      for (const [page, button] of forms) {
        // That each page is there when it is loaded anew, the test before has said.
        await show(opened, 'follow', hospital.organisationId, page)
        await opened.page.locator(button).first().click()
        await opened.page.getByRole('dialog').waitFor()
        await opened.settled()
        if (pictures !== undefined) await opened.page.screenshot({ path: `${pictures}/${`form ${name} ${page} ${button.includes('dangerous') ? 'delete' : ''}`.replaceAll(/\W+/g, '-')}.png` })
        wrong.push(...(await seriousFindings(opened.page)).map((finding) => `${page} ${button}: ${finding}`))
        if (await overhang(opened.page) > 0) wrong.push(`${page} ${button} is wider than the screen`)
        wrong.push(...opened.complaints.splice(0).map((complaint) => `${page} ${button}: ${complaint}`))
      }
      expect(wrong).toEqual([])
      await opened.close()
    }, 240_000)

    test('so are those of teams, consortia and the operator', async () => {
      const { db } = screens.service
      const hospital = await aFurnishedHospital(db, 'South Hospital')
      const consortium = await anOrganisation(db, 'consortium', 'Medical Union')
      await db('consortium_hospital').insert({ consortium_id: consortium.organisationId, hospital_id: hospital.organisationId, is_billing: true })
      const platform = await anOrganisation(db, 'platform', 'Operator')
      const pages = [
        [hospital.team, ['members', 'settings', `pairings?record=${hospital.pairingId}`]], [consortium, ['hospitals', 'storage', 'roles']], [platform, ['organisations', 'purges', 'purges?tab=studies']],
      ] as const
      for (const [organisation, paths] of pages) {
        const opened = await screens.signedInPage({ ...options, organisation, name: 'Wang Fang' })
        expect(await wrongWith(opened, way, organisation.organisationId, name, paths)).toEqual([])
        await opened.close()
      }
    }, 120_000)
  })
})
