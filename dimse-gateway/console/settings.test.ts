/** What somebody who sets the gateway up does in the console. */
import { hasProgram } from '@isocenter/testkit'
import { seriousFindings } from '@isocenter/testkit/browser'
import { describe, expect, test } from 'vitest'
import { goodUploadCode } from '../src/control/gateway.fixture.ts'
import { answer, consoleOfEachTest } from './browser.fixture.ts'

/** The machine of a test may be busy. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasProgram('chromium'))('settings, in Chromium', { timeout: 120_000 }, () => {
  const open = consoleOfEachTest()

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
    await expect.poll(() => gateway.status, soon).toBe('running')
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
    await expect.poll(() => gateway.configuration().service.aeTitle, soon).toBe('NORTH_GATEWAY')
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
    await expect.poll(() => gateway.configuration().service.maxAssociations, soon).toBe(20)
    expect(gateway.configuration().service.peers.map(({ aeTitle }) => aeTitle)).toContain('LATE')
  })

  test('an unknown sender is added with one click', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/senders')
    await page.getByText('refused: query').waitFor()
    await page.getByRole('button', { name: 'Add US_ROOM4' }).click()
    await expect.poll(() => gateway.configuration().service.peers, soon).toContainEqual({ aeTitle: 'US_ROOM4', address: '10.20.4.31' })
    await page.getByText('No unknown senders').waitFor()
  })

  test('services are opened to everybody only after a warning', async () => {
    const { page, goTo, gateway } = await open()
    await goTo('/senders')
    await page.getByRole('switch', { name: 'Let anybody query and retrieve' }).click()
    await page.getByText('Everybody in the network can then read every study').waitFor()
    expect(gateway.configuration().service.openServices).toBe(false)
    await page.getByRole('dialog').getByRole('button', { name: 'Let anybody query and retrieve' }).click()
    await expect.poll(() => gateway.configuration().service.openServices, soon).toBe(true)
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
    await expect.poll(() => gateway.configuration().rules.at(-1), soon).toMatchObject({ name: 'MR to research', when: { callingAETitles: ['MR_ROOM2'] }, to: ['research'], urgent: false })
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
    await expect.poll(() => gateway.configuration().nodes[1], soon).toMatchObject({ id: 'archive', commitment: true })
    await set()
    await expect.poll(() => gateway.configuration().nodes[1], soon).not.toHaveProperty('commitment')
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
    await expect.poll(() => gateway.givenSecrets, soon).toEqual([{ credential: 'open sesame' }])
    expect(gateway.configuration().nodes[2]).toMatchObject({
      maxAttempts: 9, paused: false, proxy: 'http://proxy.example:3128', authorization: { scheme: 'basic', userName: 'gateway' }, tls: { serverName: 'pacs.example.org' },
    })
    await form.waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Edit' }).nth(2).click()
    await form.getByText('Empty: the one that is here stays.').waitFor()
    expect(await form.getByLabel('Password').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.givenSecrets, soon).toEqual([{ credential: 'open sesame' }, {}])
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
    await expect.poll(() => gateway.configuration().nodes[0]?.hours, soon).toEqual([{ from: '18:00', to: '07:00', days: [1, 6] }])
    await page.getByText('18:00–07:00 (Mon, Sat)').waitFor()

    await gateway.setConfiguration({ rules: gateway.configuration().rules.map((rule) => ({ ...rule, when: { ...rule.when, hours: [{ from: '18:00', to: '24:00', days: [5] }] } })) })
    await goTo('/rules')
    await page.getByRole('button', { name: 'Edit Emergency CT' }).click()
    await form.getByLabel('Name', { exact: true }).fill('Friday evening')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().rules[0], soon).toMatchObject({ name: 'Friday evening', when: { hours: [{ from: '18:00', to: '00:00', days: [5] }] } })
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
})
