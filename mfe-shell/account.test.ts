/** What one does about the own account, in real Chromium: with proofs, by the organisation's provider, messages of the browser, what one has marked. */
import { createECDH, randomBytes, randomInt } from 'node:crypto'
import { aStudy, bytesOf, hasProgram } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPasswordHashing } from '../server/src/accounts/password-hash.ts'
import { aProvider, clientId, clientSecret, type TestProvider } from '../server/src/oidc/provider.fixture.ts'
import { openScreens, overhang, phone, seriousFindings, type OpenedPage, type ScreensUnderTest, type SignedInOptions, type SignedInPage } from './browser.fixture.ts'

/** Pictures of some states, and of what failed, go here when it is set. */
const pictures = process.env['SCREENSHOTS']
const ownPassword = 'Right&Proper9'
const anotherPassword = 'Cardiology_2'
const hashing = createPasswordHashing({ memoryKiB: 64, passes: 1, lanes: 1 })

describe.skipIf(!hasProgram('chromium'))('the own account in Chromium', () => {
  let provider: TestProvider
  let screens: ScreensUnderTest
  const opened: OpenedPage[] = []
  beforeAll(async () => {
    provider = await aProvider()
    screens = await openScreens({ OIDC_TRUSTED_ORIGINS: provider.origin })
    provider.home = screens.url
  }, 300_000)
  afterAll(async () => {
    await screens.close()
    await provider.close()
  })
  afterEach(async ({ task }) => {
    for (const [index, { page, close }] of opened.splice(0).entries()) {
      if (pictures !== undefined && task.result?.state === 'fail') await page.screenshot({ path: `${pictures}/failed-${String(index)}-${task.name.slice(0, 40).replaceAll(/\W+/g, '-')}.png` })
      await close()
    }
  })
  const open = async (options?: SignedInOptions): Promise<SignedInPage> => {
    const one = await screens.signedInPage({ name: 'Wang Fang', organisationName: 'North Hospital', ...options })
    opened.push(one)
    return one
  }
  const openWithPassword = async (options?: SignedInOptions) => {
    const one = await open(options)
    await screens.service.db('account_password').insert({ account_id: one.accountId, hash: await hashing.hash(ownPassword), set_at: new Date() })
    return one
  }

  test('the password is changed by who knows the present one; other sessions end, this one stays', async () => {
    const one = await openWithPassword()
    const elsewhere = await screens.sessionOf(one.accountId)
    const { page } = one
    await one.goTo('/me/security')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByLabel('Current password').fill('Wrong$123')
    await page.getByLabel('New password', { exact: true }).fill(anotherPassword)
    await page.getByLabel('New password, again').fill(anotherPassword)
    await page.keyboard.press('Enter')
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Current password').fill(ownPassword)
    await page.getByLabel('New password', { exact: true }).fill(ownPassword)
    await page.getByLabel('New password, again').fill(ownPassword)
    await page.keyboard.press('Enter')
    await page.getByText('You have used this password before').waitFor()
    await page.getByLabel('New password', { exact: true }).fill(anotherPassword)
    await page.getByLabel('New password, again').fill(anotherPassword)
    await page.keyboard.press('Enter')
    await page.getByText('The password is changed; all other sessions have ended.').waitFor()
    await one.goTo('/me/profile')
    expect((await fetch(`${screens.url}/api/session`, { headers: { cookie: `isocenter-session=${elsewhere}`, 'sec-fetch-site': 'same-origin' } })).status).toBe(401)
  }, 120_000)

  test('another phone number is proved by the password and by the code that was sent there', async () => {
    const one = await openWithPassword({ viewport: phone })
    const { page } = one
    const number = `139${String(randomInt(1e8)).padStart(8, '0')}`
    await one.goTo('/me/profile')
    await page.getByRole('button', { name: 'Change phone' }).click()
    const drawer = page.getByRole('dialog', { name: 'Change phone' })
    await drawer.getByLabel('New phone number').fill(number)
    await drawer.getByLabel('Password', { exact: true }).fill('not this one')
    await page.keyboard.press('Enter')
    await drawer.getByText('The password is wrong.').or(page.getByText('The password is wrong.')).first().waitFor()
    await drawer.getByLabel('Password', { exact: true }).fill(ownPassword)
    await page.keyboard.press('Enter')
    await drawer.getByText('A code was sent there').waitFor()
    await drawer.getByLabel('Code', { exact: true }).fill(await screens.codeSentTo(number))
    await page.keyboard.press('Enter')
    await drawer.waitFor({ state: 'detached' })
    const row = await screens.service.db('account').where({ account_id: one.accountId }).first<{ phone: string }>('phone')
    expect(row.phone.endsWith(number)).toBe(true)
    await page.getByText(new RegExp(`${number.slice(-4)}`)).first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
  }, 120_000)

  test('who is linked at the organisation’s provider signs in there, comes back to where he wanted to go, and is told where he is not', async () => {
    const one = await openWithPassword()
    const { organisation: { organisationId, number }, page } = one
    const set = await screens.service.app.inject({
      method: 'PUT', url: '/api/sign-in-provider', headers: await screens.as({ organisationId }, ['org.sign_in']), payload: { name: 'North ID', issuer: provider.issuer, clientId, clientSecret, isOn: true },
    })
    expect(set.statusCode).toBe(200)
    provider.people.set('wang', { email: 'wang@north.example', email_verified: true })
    provider.person = 'wang'

    const byOrganisation = async (visitor: OpenedPage) => {
      await visitor.page.getByRole('button', { name: 'Organisation account' }).click()
      await visitor.page.getByRole('dialog').getByLabel('Number of the organisation').fill(number)
      await visitor.page.keyboard.press('Enter')
    }
    const visit = async () => {
      const visitor = await screens.openPage()
      opened.push(visitor)
      await visitor.goTo(`/sign-in?next=${encodeURIComponent(`/o/${organisationId}/information`)}`)
      return visitor
    }
    const stranger = await visit()
    await byOrganisation(stranger)
    await stranger.page.getByText('Your account there is not linked with one here.').waitFor()

    await one.goTo('/me/security')
    await page.getByRole('button', { name: 'Link' }).click()
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(ownPassword)
    await page.keyboard.press('Enter')
    await page.getByText('The account is linked. From now on it signs you in.').waitFor()

    const visitor = await visit()
    await byOrganisation(visitor)
    await visitor.page.waitForURL(`**/o/${organisationId}/information`)
    await visitor.page.getByRole('button', { name: 'Account of Wang Fang' }).waitFor()
    expect(visitor.complaints).toEqual([])
  }, 180_000)

  test('the administrators’ entrance leads to management', async () => {
    const { organisation: { organisationId }, phone: number } = await openWithPassword()
    const visitor = await screens.openPage()
    opened.push(visitor)
    await visitor.goTo('/sign-in/admin')
    await visitor.page.getByLabel('Phone number or login name').fill(number)
    await visitor.page.getByLabel('Password', { exact: true }).fill(ownPassword)
    await visitor.page.keyboard.press('Enter')
    await visitor.page.waitForURL(`**/o/${organisationId}/admin/members`)
  }, 120_000)

  test('the offer to be reachable stays away for fifteen days where it is put off, on every device', async () => {
    const one = await open()
    const offer = (page: OpenedPage['page']) => page.getByText('Be reached when it matters')
    await one.goTo('/workbench')
    await offer(one.page).waitFor()
    await one.page.getByRole('button', { name: 'Ask in 15 days' }).click()
    await offer(one.page).waitFor({ state: 'detached' })
    const other = await screens.openPage()
    opened.push(other)
    await other.page.context().addCookies([{ name: 'isocenter-session', value: await screens.sessionOf(one.accountId), url: screens.url, httpOnly: true, sameSite: 'Strict' }])
    await other.goTo('/workbench')
    await other.page.getByRole('heading', { level: 1 }).waitFor()
    expect(await offer(other.page).count()).toBe(0)
  }, 120_000)

  describe('messages of this browser', () => {
    test('are not switched on where the person or the browser declines', async () => {
      const one = await open()
      await one.goTo('/me/notifications')
      await one.page.getByRole('switch', { name: 'Messages in this browser' }).click()
      await one.page.getByText('The browser does not allow messages of this page.').waitFor()
      await expect.poll(() => one.page.getByRole('switch', { name: 'Messages in this browser' }).getAttribute('aria-checked'), { timeout: 10_000 }).toBe('false')
    }, 120_000)

    test('are switched on, are on after a reload, and are switched off', async () => {
      const one = await open()
      const { page } = one
      await page.context().grantPermissions(['notifications'], { origin: screens.url })
      // The maker's push service is out of reach here: what it would answer to a browser stands in for it. Everything else is real.
      const key = createECDH('prime256v1')
      key.generateKeys()
      const answered = { endpoint: `https://push.example/${randomBytes(8).toString('hex')}`, keys: { p256dh: key.getPublicKey().toString('base64url'), auth: randomBytes(16).toString('base64url') } }
      await page.addInitScript((subscription) => {
        PushManager.prototype.subscribe = (options) => (options?.userVisibleOnly === true && options.applicationServerKey !== undefined
          ? Promise.resolve({ toJSON: () => subscription } as unknown as PushSubscription) : Promise.reject(new TypeError('A subscription is for messages that are seen.')))
      }, answered)
      await one.goTo('/me/notifications')
      const here = page.getByRole('switch', { name: 'Messages in this browser' })
      await here.click()
      await expect.poll(() => here.getAttribute('aria-checked'), { timeout: 10_000 }).toBe('true')
      const stored = () => screens.service.db('push_subscription').where({ account_id: one.accountId }).select<{ session_id: string }[]>('session_id')
      await expect.poll(stored, { timeout: 10_000 }).toHaveLength(1)
      await one.goTo('/me/notifications')
      await expect.poll(() => here.getAttribute('aria-checked'), { timeout: 10_000 }).toBe('true')
      await here.click()
      await expect.poll(() => here.getAttribute('aria-checked'), { timeout: 10_000 }).toBe('false')
      await expect.poll(stored, { timeout: 10_000 }).toEqual([])
      expect(one.complaints).toEqual([])
    }, 120_000)
  })

  test('favourites are found, lead to their study, say when it is gone, and are removed', async () => {
    const { service } = screens
    const one = await open({ language: 'zh-CN', viewport: phone, colorScheme: 'dark' })
    const { page, organisation: { organisationId } } = one
    const headers = await screens.as({ organisationId })
    const studies = [aStudy({ instances: 1, PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'P-110' }), aStudy({ instances: 1, PatientName: 'Li^Na=李^娜', PatientID: 'P-220' })]
    for (const study of studies) await service.store(study.instances.map((instance) => bytesOf(instance)), { headers })
    await one.goTo('/me/favourites')
    await page.evaluate(async ({ uids, organisation }) => {
      for (const uid of uids) await fetch(`/api/favourites/studies/${uid}`, { method: 'PUT', headers: { 'x-organisation': organisation } })
    }, { uids: studies.map(({ StudyInstanceUID }) => StudyInstanceUID), organisation: organisationId })
    await one.goTo('/me/favourites')
    for (const name of ['王小明', '李娜']) await page.getByRole('link', { name }).waitFor()
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/favourites.png` })
    expect([await overhang(page), await seriousFindings(page)]).toEqual([0, []])
    await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill('P-220')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('link', { name: '王小明' }).count(), { timeout: 10_000 }).toBe(0)
    await expect.poll(() => new URL(page.url()).searchParams.get('search'), { timeout: 10_000 }).toBe('P-220')
    await page.getByRole('link', { name: '李娜' }).click()
    await page.waitForURL(`**/o/${organisationId}/studies?record=${studies[1]?.StudyInstanceUID ?? ''}*`)
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${studies[1]?.StudyInstanceUID ?? ''}`, headers })
    await one.goTo('/me/favourites')
    await page.getByText('已不存在').waitFor()
    await page.getByRole('button', { name: /^移除/ }).first().click()
    await expect.poll(() => page.locator('ul.rows > li').count(), { timeout: 10_000 }).toBe(1)
    expect(one.complaints).toEqual([])
  }, 180_000)
})
