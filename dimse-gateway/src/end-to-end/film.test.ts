/** From a basket in the cloud to a film of the hospital's printer: server and gateway as processes of their own, DCMTK's printer beside. */
import { readFile } from 'node:fs/promises'
import { filmColours, type FilmPrinterList, type PrintJob, type PrintSettings } from '@isocenter/contracts'
import { readInstance } from '@isocenter/dicom'
import { DimseConnection, requestAssociation, store } from '@isocenter/dimse'
import { aStudy, attributes, bytesOf, hasProgram, startFilmPrinter, testDatabase, type FilmPrinter } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aSite, until, type Site } from './site.fixture.ts'

const [CTImageStorage, explicitLittleEndian] = ['1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2.1'] as const
const settings: PrintSettings = { columns: 2, rows: 2, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', isTrueSize: true, texts: [], colour: filmColours[0], copies: 1, PrintPriority: 'MED' }

const patienceMs = 120_000

describe.skipIf(!hasProgram('dcmprscp'))('a hospital with a film printer', { timeout: patienceMs }, () => {
  let site: Site
  let printer: FilmPrinter
  let person: Awaited<ReturnType<Site['aPerson']>>
  beforeAll(async () => {
    printer = await startFilmPrinter()
    site = await aSite((await testDatabase()).url)
    person = await site.aPerson('13800138001')
    // Gateways report every twenty seconds where nobody is at work on them, every three where somebody is; what is changed they tell at once.
    const gatewayId = (await site.gateway.control.state()).cloud?.gatewayId
    await asked('POST', `/gateways/${String(gatewayId)}/commands`, { name: 'cancelFetches', arguments: {} })
    await site.gateway.control.change({ printers: [{ id: 'film', name: 'Film printer', host: printer.host, port: printer.port, calledAETitle: printer.aeTitle, filmSizes: ['14INX17IN'], maxCopies: 3 }] })
  }, 180_000)
  afterAll(async () => {
    await site.stop()
    await printer[Symbol.asyncDispose]()
  })

  const asked = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await person(method, path, body)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return await answer.json() as Answer
  }
  const jobOf = (jobId: string) => asked<PrintJob>('GET', `/film/print-jobs/${jobId}`)

  /** Five CT images of 16 x 16 pixels of 4 mm, sent by the modality. */
  async function aStudyFromTheModality() {
    const study = aStudy({ series: [{ kind: 'CT', instances: 5 }] })
    const modality = new DimseConnection(await requestAssociation({ host: '127.0.0.1', port: site.gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: CTImageStorage, transferSyntaxes: [explicitLittleEndian] }] }))
    for (const instance of study.instances) {
      const file = bytesOf({ ...instance, ...attributes({ PixelSpacing: [4, 4] }) })
      const { dataSet, dataSetOffset } = await readInstance(file)
      const { status } = await store(modality, { SOPClassUID: CTImageStorage, SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', transferSyntaxUID: explicitLittleEndian, dataSet: file.subarray(dataSetOffset) })
      expect(status).toBe(0)
    }
    await modality.association.release()
    const series = { StudyInstanceUID: study.StudyInstanceUID, SeriesInstanceUID: study.series[0]?.SeriesInstanceUID ?? '' }
    await until('the study is in the cloud', async () => (await (await site.ask(`${site.dicomweb}/studies/${series.StudyInstanceUID}/instances`)).text()).split('00080018').length === 6)
    return series
  }

  test('prints what was collected from a study its modality sent, in true size', async () => {
    const series = await aStudyFromTheModality()
    await asked('POST', '/film/basket', { series })
    const { items } = await asked<{ items: { itemId: string }[] }>('GET', '/film/basket')
    await until('the gateway has told of its printer', async () => (await asked<FilmPrinterList>('GET', '/film/printers')).items.length === 1)
    const [{ gatewayId, printerId } = { gatewayId: '', printerId: '' }] = (await asked<FilmPrinterList>('GET', '/film/printers')).items
    const { jobId } = await asked<PrintJob>('POST', '/film/print-jobs', { items: items.map(({ itemId }) => itemId), settings, printer: { gatewayId, printerId } })
    await until('the films are printed', async () => (await jobOf(jobId)).finishedAt !== undefined)
    expect(await jobOf(jobId)).toMatchObject({ state: 'printed', outcome: { sheets: 2, warnings: [] } })

    const files = await Promise.all((await printer.printed()).map(async (path) => (await readInstance(await readFile(path))).dataSet))
    const sheets = files.filter((file) => file.string('SOPClassUID') === '1.2.840.10008.5.1.1.27')
    const sizes = sheets.map((sheet) => sheet.items('ImageBoxContentSequence').map((box) => box.number('RequestedImageSize')))
    expect(sizes.toSorted((a, b) => a.length - b.length)).toEqual([[64], [64, 64, 64, 64]])
  })

  test('whose printer is away learns so in the history', async () => {
    const series = await aStudyFromTheModality()
    await site.gateway.control.change({ printers: [{ id: 'film', name: 'Film printer', host: '127.0.0.1', port: 9, calledAETitle: 'NOBODY', filmSizes: ['14INX17IN'] }] })
    await asked('POST', '/film/basket', { series })
    const { items } = await asked<{ items: { itemId: string }[] }>('GET', '/film/basket')
    const [{ gatewayId, printerId } = { gatewayId: '', printerId: '' }] = (await asked<FilmPrinterList>('GET', '/film/printers')).items
    const { jobId } = await asked<PrintJob>('POST', '/film/print-jobs', { items: items.map(({ itemId }) => itemId), settings, printer: { gatewayId, printerId } })
    await until('the gateway has given up', async () => (await jobOf(jobId)).finishedAt !== undefined)
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', outcome: { sheets: 0, failure: { reason: 'lineDown' } } })
  })
})
