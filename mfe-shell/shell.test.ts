import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest } from './browser.fixture.ts'

/** Pictures of every page go here when it is set, to be looked at. */
const pictures = process.env['SCREENSHOTS']

describe.skipIf(!hasProgram('chromium'))('the shell in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens() }, 300_000)
  afterAll(() => screens.close())

  /** Everything that is wrong with these pages, by their address. */
  async function wrongWith({ page, goTo, complaints }: OpenedPage, name: string, paths: readonly string[]): Promise<string[]> {
    const wrong: string[] = []
    for (const path of paths) {
      await goTo(path)
      if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${`${name}${path}`.replaceAll(/\W+/g, '-').replaceAll(/-o-\d+/g, '-o')}.png` })
      wrong.push(...(await seriousFindings(page)).map((finding) => `${path}: ${finding}`))
      if (await overhang(page) > 0) wrong.push(`${path} is wider than the screen`)
      wrong.push(...complaints.splice(0).map((complaint) => `${path}: ${complaint}`))
    }
    return wrong
  }

  describe.each([
    ['Chinese, light, desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }],
    ['English, light, phone', { language: 'en', colorScheme: 'light', viewport: phone }],
    ['Chinese, dark, desktop', { language: 'zh-CN', colorScheme: 'dark', viewport: desktop }],
    ['Chinese, dark, phone', { language: 'zh-CN', colorScheme: 'dark', viewport: phone }],
  ] as const)('in %s', (name, options) => {
    test('every page before signing in is accessible, fits the width and breaks no policy', async () => {
      const opened = await screens.openPage(options)
      expect(await wrongWith(opened, name, ['/sign-in', '/sign-in/admin', '/sign-in/scan', '/sign-in/qr#AAAAAAAAAAAAAAAAAAAAAA', '/reset-password', '/sign#token', '/api/docs', '/api/docs#signIn'])).toEqual([])
      await opened.close()
    }, 120_000)

    test('so is every page of who is signed in', async () => {
      const opened = await screens.signedInPage({ ...options, name: 'Wang Fang', organisationName: 'North Hospital' })
      expect(await wrongWith(opened, name, [
        '/workbench', `/o/${opened.organisation.organisationId}/home`, `/o/${opened.organisation.organisationId}/information`, `/o/${opened.organisation.organisationId}/studies`, `/o/${opened.organisation.organisationId}/shares`, `/o/${opened.organisation.organisationId}/downloads`, '/notifications', '/notifications?tab=todos', '/me/profile', '/me/security', '/me/settings', '/me/notifications', '/me/signature', '/me/credentials', '/me/favourites', '/me/permissions', '/nowhere',
      ])).toEqual([])
      await opened.close()
    }, 120_000)
  })
})
