import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PrintOrder } from '@isocenter/contracts'
import { readInstance } from '@isocenter/dicom'
import { hasProgram, startFilmPrinter, type FilmPrinter } from '@isocenter/testkit'
import { describe, expect, test } from 'vitest'
import { readConfiguration } from '../configuration/schema.ts'
import { createUpstream } from '../services/upstream/upstream.ts'
import { createFilmPrinting, type FilmPrinting } from './printing.ts'

const jobId = '0192f0c0-0000-7000-8000-000000000001'
const order: PrintOrder = {
  jobId, colour: 'grayscale', NumberOfCopies: 1, PrintPriority: 'MED',
  sheets: [
    { columns: 2, rows: 2, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', images: [{ imageId: 'one', position: 1 }, { imageId: 'two', position: 4, RequestedImageSize: 50 }] },
    { columns: 1, rows: 1, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', images: [{ imageId: 'three', position: 1 }] },
  ],
}

/** The cloud as far as printing asks it: the order, and images of one grey each; `lacking` ones it does not have. */
function cloud(lacking: readonly string[] = []): RequestListener {
  const sizes: Readonly<Record<string, readonly [number, number]>> = { one: [20, 30], two: [20, 30], three: [2001, 3000] }
  return (request, response) => {
    const imageId = /\/images\/(\w+)$/.exec(request.url ?? '')?.[1] ?? ''
    const size = sizes[imageId]
    if (request.url === `/api/gateways/self/print-jobs/${jobId}`) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(order))
    else if (size && !lacking.includes(imageId)) response.writeHead(200, { 'content-type': 'image/x-portable-anymap' }).end(Buffer.concat([Buffer.from(`P5\n${size.join(' ')}\n255\n`), Buffer.alloc(size[0] * size[1], Object.keys(sizes).indexOf(imageId) + 1)]))
    else response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}')
  }
}

async function aSite(listener: RequestListener, printer: Partial<Pick<FilmPrinter, 'port' | 'aeTitle'>>): Promise<FilmPrinting & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tls = { minVersion: 'TLSv1.2' } as const
  const upstream = createUpstream(async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tls, authorization: { header: async () => undefined, refused: () => false } }))
  const configuration = readConfiguration({ printers: [{ id: 'film', name: 'Film printer', host: '127.0.0.1', port: printer.port ?? 9, calledAETitle: printer.aeTitle ?? 'NOBODY' }] })
  const printing = createFilmPrinting({ configuration: () => configuration, secrets: async () => undefined, aeTitle: () => 'ISOCENTER', upstream })
  return Object.assign(printing, {
    async [Symbol.asyncDispose]() {
      printing.close()
      upstream.close()
      server.closeAllConnections()
      server.close()
    },
  })
}

describe.skipIf(!hasProgram('dcmprscp'))('a film printer of the site', () => {
  test('gets the sheets of an order, with the pixels the cloud gives', async () => {
    await using printer = await startFilmPrinter()
    await using site = await aSite(cloud(), printer)
    expect(await site.print('film', jobId)).toEqual({ sheets: 2, warnings: [] })
    const files = await Promise.all((await printer.printed()).map((path) => readFile(path)))
    const images = await Promise.all(files.map(imageOf))
    expect(images.filter((image) => image !== undefined).toSorted()).toEqual(['3000x2001 of 3', '30x20 of 1', '30x20 of 2'])
  })

  test('is told nothing of a sheet whose images cannot be had; the sheets before it are printed, and counted', async () => {
    await using printer = await startFilmPrinter()
    await using site = await aSite(cloud(['three']), printer)
    expect(await site.print('film', jobId)).toEqual({ sheets: 1, warnings: [], failure: { reason: 'imagesUnavailable' } })
  })

  test('says how it is', async () => {
    await using printer = await startFilmPrinter()
    await using site = await aSite(cloud(), printer)
    expect(await site.test(readConfigurationPrinter(printer), AbortSignal.timeout(10_000))).toMatchObject({ state: { PrinterStatus: 'NORMAL' } })
  })
})

/** Size and greys of a printed image; undefined for what is none. */
async function imageOf(file: Buffer): Promise<string | undefined> {
  const { dataSet } = await readInstance(file)
  const pixels = dataSet.get('PixelData')
  if (!pixels) return undefined
  const [Rows, Columns] = [dataSet.number('Rows') ?? 0, dataSet.number('Columns') ?? 0]
  return `${Rows}x${Columns} of ${[...new Set(file.subarray(pixels.offset, pixels.offset + Rows * Columns))].join()}`
}

const readConfigurationPrinter = ({ port, aeTitle }: Pick<FilmPrinter, 'port' | 'aeTitle'>) => {
  const [printer] = readConfiguration({ printers: [{ id: 'film', name: 'Film printer', host: '127.0.0.1', port, calledAETitle: aeTitle }] }).printers
  if (!printer) throw new Error('no printer')
  return printer
}

test('a printer nobody answers for is an answer', async () => {
  await using site = await aSite(cloud(), {})
  expect(await site.print('film', jobId)).toEqual({ sheets: 0, warnings: [], failure: { reason: 'lineDown' } })
  expect(await site.test(readConfigurationPrinter({ port: 9, aeTitle: 'NOBODY' }), AbortSignal.timeout(10_000))).toMatchObject({ failure: { reason: 'lineDown' } })
})

test('a printer that is none of the site\'s, and an order the cloud does not have, are answers too', async () => {
  await using site = await aSite(cloud(), {})
  expect(await site.print('another', jobId)).toMatchObject({ failure: { reason: 'unknownPrinter' } })
  expect(await site.print('film', '0192f0c0-0000-7000-8000-000000000002')).toMatchObject({ failure: { reason: 'imagesUnavailable' } })
})
