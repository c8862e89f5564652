import { hasProgram } from '@isocenter/testkit'
import { desktop, overhang, phone, seriousFindings } from '@isocenter/testkit/browser'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { key, launchBrowser, openConsole, type OpenedConsole } from './browser.fixture.ts'
import { goodUploadCode } from '../src/control/gateway.fixture.ts'

const paths = ['/', '/service', '/senders', '/nodes', '/rules', '/records', '/fetches', '/procedures', '/cloud', '/storage']

/** Answers the question that is on the screen. */
async function answer(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name }).click()
  await dialog.waitFor({ state: 'hidden' })
}

describe.skipIf(!hasProgram('chromium'))('the console in Chromium', () => {
  let browser: Browser
  let opened: OpenedConsole | undefined
  beforeAll(async () => { browser = await launchBrowser() }, 120_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    await opened?.close()
    opened = undefined
  })
  const open = async (options?: Parameters<typeof openConsole>[1]) => (opened = await openConsole(browser, options))

  describe.each([
    ['Chinese, light, desktop', { locale: 'zh-CN', colorScheme: 'light', viewport: desktop }],
    ['English, dark, phone', { locale: 'en', colorScheme: 'dark', viewport: phone }],
    ['Chinese, dark, desktop', { locale: 'zh-CN', colorScheme: 'dark', viewport: desktop }],
    ['English, light, phone', { locale: 'en-GB', colorScheme: 'light', viewport: phone }],
  ] as const)('in %s', (_name, options) => {
    test.each([['much to show', false], ['nothing yet', true]])('every page is accessible, fits the width and breaks no policy, with %s', async (_what, isEmpty) => {
      const { page, goTo, complaints } = await open({ ...options, isEmpty })
      for (const path of paths) {
        await goTo(path)
        expect(await seriousFindings(page), path).toEqual([])
        expect(await overhang(page), `${path} is wider than the screen`).toBeLessThanOrEqual(0)
      }
      expect(complaints).toEqual([])
    }, 120_000)
  })

  describe('signing in', () => {
    test('asks for the key, says when it is wrong, and remembers who had it', async () => {
      const { page, goTo } = await open({ isSignedIn: false })
      expect(await seriousFindings(page)).toEqual([])
      const field = page.getByLabel('Gateway key')
      await field.fill('not the key of this one')
      await page.keyboard.press('Enter')
      await page.getByText('This is not the key of this gateway.').waitFor()
      await field.fill(key)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await goTo('/nodes')
      await page.getByRole('heading', { name: 'Nodes' }).waitFor()
    })

    test('by a link takes the key out of the address at once', async () => {
      const { page } = await open()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      expect(page.url()).not.toContain(key)
    })

    test('is asked again when the session ends, and after signing out', async () => {
      const { page } = await open()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByLabel('Gateway key').waitFor()
      await page.reload()
      await page.getByLabel('Gateway key').waitFor()
    })
  })

  test('the language is the browser\'s until another is chosen, which is kept', async () => {
    const { page, goTo } = await open({ locale: 'zh-TW' })
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('概览')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByRole('button', { name: /简体中文/ }).click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await goTo('/records')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Forwarding records')
  })

  test('the service is stopped after a question and started without, and the overview says so at once', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/service')
    await page.getByRole('button', { name: 'Stop' }).click()
    await answer(page, 'Cancel')
    expect(gateway.status).toBe('running')
    await page.getByRole('button', { name: 'Stop' }).click()
    await answer(page, 'Stop')
    await page.getByText('Stopped', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: /Overview/ }).click()
    await page.getByRole('heading', { name: 'The DICOM service is stopped' }).waitFor()
    await page.getByRole('button', { name: 'Start the service' }).first().click()
    await expect.poll(() => gateway.status).toBe('running')
  })

  test('an AE title that no modality could use is refused before it is sent', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/service')
    await page.getByRole('button', { name: 'Settings' }).click()
    const title = page.getByRole('dialog').getByLabel('AE title', { exact: true })
    await title.fill('   ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('An AE title has 1 to 16 characters').waitFor()
    await title.fill('NORTH_GATEWAY')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().service.aeTitle).toBe('NORTH_GATEWAY')
    await page.getByText('NORTH_GATEWAY').first().waitFor()
  })

  test('what somebody else changed while a form was open stays', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/service')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('dialog').getByLabel('Associations at a time').fill('20')
    await gateway.pauseNode('cloud')
    await gateway.addPeer({ aeTitle: 'LATE' })
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().service.maxAssociations).toBe(20)
    expect(gateway.configuration().service.peers.map(({ aeTitle }) => aeTitle)).toContain('LATE')
  })

  test('an unknown sender is added with one click', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/senders')
    await page.getByText('refused: query').waitFor()
    await page.getByRole('button', { name: 'Add US_ROOM4' }).click()
    await expect.poll(() => gateway.configuration().service.peers).toContainEqual({ aeTitle: 'US_ROOM4', address: '10.20.4.31' })
    await page.getByText('No unknown senders').waitFor()
  })

  test('services are opened to everybody only after a warning', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/senders')
    await page.getByRole('switch', { name: 'Let anybody query and retrieve' }).click()
    await page.getByText('Everybody in the network can then read every study').waitFor()
    expect(gateway.configuration().service.openServices).toBe(false)
    await page.getByRole('dialog').getByRole('button', { name: 'Let anybody query and retrieve' }).click()
    await expect.poll(() => gateway.configuration().service.openServices).toBe(true)
    await page.getByText('Everybody in the network can read every study').waitFor()
  })

  test('a node is added, tested, paused and removed', async () => {
    const { page, goTo, gateway } = await open({ isEmpty: true })
    await goTo('/nodes')
    await page.getByRole('button', { name: 'Add a node' }).first().click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('Hospital PACS')
    await form.getByLabel('Host', { exact: true }).fill('10.0.0.9')
    await form.getByLabel('AE title of the node').fill('PACS')
    await form.getByLabel('AE title of the node').press('Enter')
    await page.getByRole('heading', { name: /Hospital PACS/ }).waitFor()
    expect(gateway.configuration().nodes).toMatchObject([{ kind: 'dicom', host: '10.0.0.9', port: 104, calledAETitle: 'PACS', default: true }])

    await page.getByRole('button', { name: 'Test connection' }).click()
    await page.getByText('The connection works').waitFor()
    await page.getByText('Round trip 23.4 ms').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()

    await page.getByRole('button', { name: 'Pause' }).click()
    await answer(page, 'Pause')
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await answer(page, 'Remove')
    await page.getByText('No nodes yet').waitFor()
  })

  test('a test that fails says at which step, and why', async () => {
    const { page, goTo } = await open()
    await goTo('/nodes')
    await page.getByRole('button', { name: 'Test connection' }).nth(1).click()
    await page.getByText('The connection does not work').waitFor()
    await page.getByRole('dialog').getByText('connect ECONNREFUSED 10.20.0.9:104').waitFor()
  })

  test('a rule is made of what is entered', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/rules')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('MR to research')
    await form.getByLabel('From (AE titles)').fill('MR_ROOM2')
    await form.getByLabel('From (AE titles)').press('Enter')
    await form.getByLabel('Send to').click()
    await page.getByTitle('Research PACS').click()
    await page.keyboard.press('Escape')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().rules.at(-1)).toMatchObject({ name: 'MR to research', when: { callingAETitles: ['MR_ROOM2'] }, to: ['research'], urgent: false })
  })

  test('records are narrowed in the address, open to instances, and are tried again', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/records')
    await page.getByText('60 studies').waitFor()
    await page.getByLabel('Patient, accession number or UID').fill('lindqvist')
    await page.getByLabel('Patient, accession number or UID').press('Enter')
    await page.getByText('12 studies').waitFor()
    expect(page.url()).toContain('search=lindqvist')
    await page.goBack()
    await page.getByText('60 studies').waitFor()

    await goTo('/records?state=dead')
    await page.getByText('10 studies').waitFor()
    await page.getByRole('button', { name: 'Show instances' }).first().click()
    await page.getByText('2.25.3001.1.1', { exact: true }).waitFor()
    await page.getByText('CT Image').first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Retry', exact: true }).first().click()
    await expect.poll(() => gateway.retried).toEqual([{ StudyInstanceUID: '2.25.3001' }])
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export (CSV)' }).click()
    expect((await download).suggestedFilename()).toBe('forwarding-records.csv')
  })

  describe('fetching', () => {
    const search = async (page: Page, patientID: string) => {
      await page.getByLabel('Patient ID').fill(patientID)
      await page.getByRole('button', { name: 'Search' }).click()
    }

    test('finds studies in an archive, fetches those chosen, and calls off what waits', async () => {
      const { page, goTo, gateway } = await open()
      await goTo('/fetches')
      await page.getByLabel('Study date from').fill('2019-03-11')
      await page.getByLabel('until').fill('2019-03-12')
      await page.getByLabel('Study date from').press('Enter')
      await page.getByText('412 here').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByLabel('Choose LINDQVIST^ASTRID 20190311').check()
      await page.getByRole('button', { name: 'Fetch 1 study' }).click()
      await page.getByText('1 study is fetched now.').waitFor()
      expect(gateway.fetched[0]).toMatchObject({ nodeId: 'archive', StudyInstanceUID: '2.25.7002', PatientName: 'LINDQVIST^ASTRID', state: 'waiting' })
      await page.getByRole('button', { name: 'Call off what waits' }).click()
      await answer(page, 'Call off what waits')
      await expect.poll(() => gateway.fetched.some(({ state }) => state === 'waiting')).toBe(false)
      await page.getByRole('button', { name: 'Call off what waits' }).waitFor({ state: 'hidden' })
    })

    test('takes whole days after a question, and nothing without saying what', async () => {
      const { page, goTo, gateway } = await open()
      await goTo('/fetches')
      await page.getByRole('button', { name: 'Fetch all that match' }).click()
      await page.getByText('Enter a date or something else to search for.').waitFor()
      await page.getByLabel('Study date from').fill('2019-03-12')
      await page.getByLabel('until').fill('2019-03-12')
      await page.getByRole('button', { name: 'Fetch all that match' }).click()
      await answer(page, 'Fetch')
      await expect.poll(() => gateway.fetched[0]?.StudyInstanceUID).toBe('2.25.7003')
    })

    test('says that nothing matches, that there is more, and why an archive does not answer', async () => {
      const { page, goTo } = await open()
      await goTo('/fetches')
      await search(page, 'NOBODY')
      await page.getByText('The archive has nothing that matches').waitFor()
      await search(page, 'DOWN')
      await page.getByText(/No connection: check the network.*ECONNREFUSED/).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByLabel('Patient ID').fill('')
      await page.getByLabel('Patient name').fill('*')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.getByText('The archive has more than is shown.').waitFor()
    })

    test('warns while nothing can come, and of an archive whose sending would be refused, which it lets in', async () => {
      const { page, goTo, gateway } = await open()
      await gateway.stopService()
      await goTo('/fetches')
      await page.getByText('The DICOM service does not run').waitFor()
      await gateway.startService()
      await page.getByText('The DICOM service does not run').waitFor({ state: 'hidden' })
      await gateway.setConfiguration({ service: { ...gateway.configuration().service, restrictCalling: true } })
      await goTo('/fetches')
      await page.getByRole('button', { name: 'Add ARCHIVE' }).click()
      await expect.poll(() => gateway.configuration().service.peers.map(({ aeTitle }) => aeTitle)).toContain('ARCHIVE')
      await page.getByText('ARCHIVE is not on the accept list').waitFor({ state: 'hidden' })
    })
  })

  test('what goes nowhere is found by its alarm, and deleted after a question', async () => {
    const { page, gateway } = await open()
    await page.getByRole('button', { name: 'See objects' }).click()
    expect(await page.getByRole('switch', { name: 'Only what goes nowhere' }).isChecked()).toBe(true)
    await page.getByText('3 studies').waitFor()
    await page.getByRole('button', { name: 'Delete here' }).first().click()
    await answer(page, 'Cancel')
    expect(gateway.discarded).toEqual([])
    await page.getByRole('button', { name: 'Delete here' }).first().click()
    await answer(page, 'Delete here')
    await page.getByText('4 objects deleted').waitFor()
    expect(gateway.discarded).toEqual([{ StudyInstanceUID: '2.25.3002' }])
    await page.getByText('2 studies').waitFor()
    await page.getByRole('button', { name: 'Delete all that goes nowhere' }).click()
    await answer(page, 'Delete here')
    await page.getByText('No study matches').waitFor()
  })

  test('called-off deliveries are released where the alarm stands', async () => {
    const { page, gateway } = await open()
    await page.getByRole('button', { name: 'Release' }).click()
    await answer(page, 'Release')
    await page.getByText('4 deliveries released').waitFor()
    expect(gateway.released).toEqual([{ nodeId: 'old-pacs' }])
  })

  test('a procedure step that was refused after it was taken is marked as seen', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/procedures')
    await page.getByText('Duplicate SOP Instance').waitFor()
    await page.getByRole('button', { name: 'Seen' }).click()
    await page.getByRole('button', { name: 'Seen' }).waitFor({ state: 'hidden' })
    expect(gateway.seen).toEqual([1])
  })

  test('a DICOM node is asked whether what it took is safe, and is so no more once that is turned off', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/nodes')
    const set = async () => {
      await page.getByRole('button', { name: 'Edit' }).nth(1).click()
      await page.getByRole('switch', { name: 'Ask whether images are safe there' }).click()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    }
    await set()
    expect(gateway.configuration().nodes[1]).toMatchObject({ id: 'archive', commitment: true })
    await set()
    expect(gateway.configuration().nodes[1]).not.toHaveProperty('commitment')
  })

  test('credentials of a node go in and are never shown again, and what its form does not show stays', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/nodes')
    await page.getByRole('button', { name: 'Edit' }).nth(2).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Authorisation').click()
    await page.getByTitle('User name and password').click()
    await form.getByLabel('User name', { exact: true }).fill('gateway')
    await form.getByLabel('Password').fill('open sesame')
    await form.getByText('Advanced').click()
    await form.getByLabel('Proxy').fill('http://proxy.example:3128')
    await form.getByText('Secure connection (TLS)').click()
    await form.getByLabel('Name in its certificate').fill('pacs.example.org')
    expect(await seriousFindings(page)).toEqual([])
    await gateway.setConfiguration({ nodes: gateway.configuration().nodes.map((node) => (node.id === 'research' ? { ...node, maxAttempts: 9, paused: false } : node)) })
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.givenSecrets).toEqual([{ credential: 'open sesame' }])
    expect(gateway.configuration().nodes[2]).toMatchObject({
      maxAttempts: 9, paused: false, proxy: 'http://proxy.example:3128', authorization: { scheme: 'basic', userName: 'gateway' }, tls: { serverName: 'pacs.example.org' },
    })
    await form.waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Edit' }).nth(2).click()
    expect(await form.getByLabel('Password').inputValue()).toBe('')
    await form.getByText('Empty: the one that is here stays.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.givenSecrets).toEqual([{ credential: 'open sesame' }, {}])
  })

  test('hours are of some days of the week, for nodes and rules alike', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/nodes')
    await page.getByRole('button', { name: 'Edit' }).first().click()
    const form = page.getByRole('dialog')
    await form.getByText('Advanced').click()
    await form.getByRole('button', { name: 'Add' }).click()
    await form.getByLabel('Days').click()
    await page.getByTitle('Sat').click()
    await page.getByTitle('Mon').click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().nodes[0]?.hours).toEqual([{ from: '18:00', to: '07:00', days: [1, 6] }])
    await page.getByText('18:00–07:00 (Mon, Sat)').waitFor()

    await gateway.setConfiguration({ rules: gateway.configuration().rules.map((rule) => ({ ...rule, when: { ...rule.when, hours: [{ from: '18:00', to: '24:00', days: [5] }] } })) })
    await goTo('/rules')
    await page.getByRole('button', { name: 'Edit Emergency CT' }).click()
    await form.getByLabel('Name', { exact: true }).fill('Friday evening')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().rules[0]).toMatchObject({ name: 'Friday evening', when: { hours: [{ from: '18:00', to: '00:00', days: [5] }] } })
  })

  test('the gateway is connected to the cloud by upload code', async () => {
    const { page, goTo } = await open({ isEmpty: true })
    await goTo('/cloud')
    await page.getByLabel('Address of the cloud').fill('https://cloud.example.org')
    await page.getByLabel('Upload code').fill('WRONG')
    await page.getByLabel('Name of this gateway').fill('CT department')
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('No organisation has this upload code.').waitFor()
    await page.getByText('Proxy and certificates').click()
    await page.getByLabel('Proxy', { exact: true }).fill('http://proxy.example:3128')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Upload code').fill(goodUploadCode)
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('North Hospital').waitFor()
  })

  test('a line to the gateway that breaks is said, and what changed meanwhile is shown when it is back', async () => {
    const { page, gateway } = await open()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('The gateway does not answer.').waitFor()
    await page.context().setOffline(false)
    gateway.alarms = [{ code: 'spoolFull', severity: 'critical' }]
    gateway.tell('state')
    await page.getByText('The disk is full: new images are refused').waitFor()
  })

  test('everything is reached by keyboard, and the page one went to is the next thing read', async () => {
    const { page } = await open()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
    for (let presses = 0; presses < 20 && await page.evaluate(() => document.activeElement?.getAttribute('href')) !== '/nodes'; presses++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
    expect(await page.title()).toBe('Nodes · Isocenter')
  })

  test('nothing is asked of any other machine', async () => {
    const { page, goTo, address } = await open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    for (const path of paths) await goTo(path)
    expect(asked.filter((url) => !url.startsWith(address) && !url.startsWith('data:'))).toEqual([])
  })

  test('on a phone the menu opens, leads to a page and closes', async () => {
    const { page } = await open({ viewport: phone })
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Storage' }).click()
    await page.getByRole('heading', { name: 'Storage' }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})
