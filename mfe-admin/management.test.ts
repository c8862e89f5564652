import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest } from '../mfe-shell/browser.fixture.ts'
import { aMember } from '../server/src/organisations/organisations.fixture.ts'

/** Pictures of every page go here when it is set, to be looked at. */
const pictures = process.env['SCREENSHOTS']

describe.skipIf(!hasProgram('chromium'))('management in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens({ MANAGEMENT_SECOND_FACTOR: 'optional' }) }, 120_000)
  afterAll(() => screens.close())

  async function picture({ page }: OpenedPage, name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name.replaceAll(/\W+/g, '-')}.png` })
  }

  /** Everything that is wrong with the page as it is now. */
  async function wrongHere(opened: OpenedPage, name: string): Promise<string[]> {
    await picture(opened, name)
    const wrong = (await seriousFindings(opened.page)).map((finding) => `${name}: ${finding}`)
    if (await overhang(opened.page) > 0) wrong.push(`${name} is wider than the screen`)
    return [...wrong, ...opened.complaints.splice(0).map((complaint) => `${name}: ${complaint}`)]
  }

  describe.each([
    ['Chinese, light, desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }],
    ['English, dark, phone', { language: 'en', colorScheme: 'dark', viewport: phone }],
  ] as const)('in %s', (name, options) => {
    test('the pages of a hospital are accessible, fit the width and break no policy', async () => {
      const opened = await screens.signedInPage({ ...options, name: 'Wang Fang', organisationName: 'North Hospital' })
      const { organisationId } = opened.organisation
      for (const person of ['Zhang Wei', 'Li Na', 'Chen Jing']) await aMember(screens.service.db, organisationId, 'general', { name: person })
      const wrong: string[] = []
      for (const page of ['members', 'invitations', 'frozen-accounts', 'roles', 'departments', 'settings', 'pairings', 'devices']) {
        await opened.goTo(`/o/${organisationId}/admin/${page}`)
        wrong.push(...await wrongHere(opened, `${name} ${page}`))
      }
      expect(wrong).toEqual([])
      await opened.close()
    }, 120_000)
  })
})
