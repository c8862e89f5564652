import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, openScreens, overhang, phone, seriousFindings, type ScreensUnderTest } from './browser.fixture.ts'

describe.skipIf(!hasProgram('chromium'))('the shell in Chromium', () => {
  let screens: ScreensUnderTest
  beforeAll(async () => { screens = await openScreens() }, 120_000)
  afterAll(() => screens.close())

  describe.each([
    ['Chinese, light, desktop', { language: 'zh-CN', colorScheme: 'light', viewport: desktop }],
    ['English, dark, phone', { language: 'en', colorScheme: 'dark', viewport: phone }],
    ['Chinese, dark, phone', { language: 'zh-CN', colorScheme: 'dark', viewport: phone }],
    ['English, light, desktop', { language: 'en', colorScheme: 'light', viewport: desktop }],
  ] as const)('in %s', (name, options) => {
    test('every page before signing in is accessible, fits the width and breaks no policy', async () => {
      const { page, goTo, complaints, close } = await screens.openPage(options)
      for (const path of ['/sign-in', '/sign-in/admin', '/sign-in/scan', '/sign-in/qr#AAAAAAAAAAAAAAAAAAAAAA', '/reset-password', '/sign#token']) {
        await goTo(path)
        if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/${name.replaceAll(/\W+/g, '-')}${path.replaceAll(/\W+/g, '_').replaceAll(/\d+/g, 'N')}.png` })
        expect(await seriousFindings(page), path).toEqual([])
        expect(await overhang(page), `${path} is wider than the screen`).toBeLessThanOrEqual(0)
      }
      expect(complaints).toEqual([])
      await close()
    }, 60_000)

    test('so is every page of who is signed in', async () => {
      const { page, goTo, complaints, close, organisation } = await screens.signedInPage({ ...options, name: 'Wang Fang', organisationName: 'North Hospital' })
      for (const path of ['/workbench', `/o/${organisation.organisationId}/home`, '/notifications', '/notifications?tab=todos', '/me/profile', '/me/security', '/me/settings', '/me/notifications', '/me/signature', '/me/credentials', '/me/favourites', '/me/permissions', '/nowhere']) {
        await goTo(path)
        if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/${name.replaceAll(/\W+/g, '-')}${path.replaceAll(/\W+/g, '_').replaceAll(/\d+/g, 'N')}.png` })
        expect(await seriousFindings(page), path).toEqual([])
        expect(await overhang(page), `${path} is wider than the screen`).toBeLessThanOrEqual(0)
      }
      expect(complaints).toEqual([])
      await close()
    }, 60_000)
  })
})
