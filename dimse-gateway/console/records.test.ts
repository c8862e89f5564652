/** What somebody who looks after images does in the console: what arrived, what did not, what is fetched. */
import { hasProgram } from '@isocenter/testkit'
import { seriousFindings } from '@isocenter/testkit/browser'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { answer, consoleOfEachTest } from './browser.fixture.ts'

describe.skipIf(!hasProgram('chromium'))('what was received, in Chromium', () => {
  const open = consoleOfEachTest()

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
})
