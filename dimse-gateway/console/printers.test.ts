/** Film printers in the console: added, asked how they are, changed, removed. */
import { hasProgram } from '@isocenter/testkit'
import { overhang, phone, seriousFindings } from '@isocenter/testkit/browser'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { answer, consoleOfEachTest } from './browser.fixture.ts'

const pictures = process.env['SCREENSHOTS']

describe.skipIf(!hasProgram('chromium'))('film printers, in Chromium', () => {
  const open = consoleOfEachTest()
  const shoot = async (page: Page, name: string) => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/printers-${name}.png`, fullPage: true }) }

  test('a printer is added, asked how it is, changed and removed', async () => {
    const { page, goTo, gateway, complaints } = await open({ isEmpty: true })
    await goTo('/')
    await page.getByRole('link', { name: 'Film printers' }).click()
    await page.getByText('No film printers yet').waitFor()
    await page.getByRole('button', { name: 'Add a film printer' }).first().click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('Radiology, ground floor')
    await form.getByLabel('Host', { exact: true }).fill('10.0.0.40')
    await form.getByLabel('AE title of the printer').fill('DRYVIEW')
    const choose = async (label: RegExp, written: string) => {
      await form.getByLabel(label).fill(written)
      await page.locator('.ant-select-dropdown:visible .ant-select-item-option-content').getByText(written, { exact: true }).click()
      await form.getByLabel(label).blur()
    }
    await choose(/^Films/, 'A4')
    await choose(/^Media/, 'blue film')
    await form.getByText('Up to 16 capital letters').waitFor()
    await form.getByLabel(/^Media/).press('Backspace')
    await choose(/^Media/, 'Blue film')
    await shoot(page, 'form-en')
    expect(await seriousFindings(page)).toEqual([])
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Radiology, ground floor' }).waitFor()
    expect(gateway.configuration().printers).toMatchObject([{ host: '10.0.0.40', port: 104, calledAETitle: 'DRYVIEW', colour: 'grayscale', filmSizes: ['14INX17IN', 'A4'], mediumTypes: ['BLUE FILM'], maxCopies: 5 }])

    Object.assign(gateway, { testPrinter: async () => ({ state: { PrinterStatus: 'FAILURE', PrinterStatusInfo: 'SUPPLY EMPTY', PrinterName: 'DV-1' } }) })
    await page.getByRole('button', { name: 'How is it?' }).click()
    await page.getByText('Not ready').waitFor()
    await page.getByText('It is out of film · It calls itself DV-1').waitFor()
    await shoot(page, 'failure-en')
    expect(await seriousFindings(page)).toEqual([])
    Object.assign(gateway, { testPrinter: async () => ({ failure: { reason: 'lineDown', text: 'ECONNREFUSED' } }) })
    await page.getByRole('button', { name: 'How is it?' }).click()
    await page.getByText('No connection: check the network, the address and the port. (ECONNREFUSED)').waitFor()

    await page.getByRole('button', { name: 'Edit' }).click()
    await form.getByLabel('Copies at most').fill('3')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => gateway.configuration().printers[0]?.maxCopies, { timeout: 10_000 }).toBe(3)
    expect(gateway.configuration().printers).toMatchObject([{ host: '10.0.0.40', filmSizes: ['14INX17IN', 'A4'], mediumTypes: ['BLUE FILM'] }])
    await page.getByRole('button', { name: 'Remove' }).click()
    await answer(page, 'Remove')
    await page.getByText('No film printers yet').waitFor()
    expect(gateway.configuration().printers).toEqual([])
    expect(complaints).toEqual([])
  }, 60_000)

  test('on a phone, in Chinese and in the dark, the printer tells in words how it is', async () => {
    const { page, goTo, gateway, complaints } = await open({ locale: 'zh-CN', viewport: phone, colorScheme: 'dark' })
    await gateway.setConfiguration({ printers: [{ id: 'film', name: '放射科胶片机', host: '10.0.0.40', port: 104, calledAETitle: 'DRYVIEW', colour: 'color', filmSizes: ['14INX17IN'], mediumTypes: [], maxCopies: 5 }] })
    Object.assign(gateway, { testPrinter: async () => ({ state: { PrinterStatus: 'WARNING', PrinterStatusInfo: 'LOW 14X17' } }) })
    await goTo('/printers')
    await page.getByRole('button', { name: '查询状态' }).click()
    await page.getByText('就绪，但需要处理').waitFor()
    await page.getByText('胶片不足：14X17').waitFor()
    expect(await overhang(page)).toBe(0)
    await shoot(page, 'zh-phone-dark')
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  }, 60_000)
})
