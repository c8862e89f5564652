import { describe, expect, test } from 'vitest'
import { readFile } from 'node:fs/promises'
import { readInstance, type DataSet } from '@isocenter/dicom'
import { attributes, hasProgram, startFilmPrinter } from '@isocenter/testkit'
import { DimseConnection } from '../../message/connection.ts'
import { DimseStatusError } from '../../message/dimse-error.ts'
import { requestAssociation } from '../../upper-layer/index.ts'
import type { ServiceHandlers } from '../handlers.ts'
import { startProvider } from '../provider.fixture.ts'
import type { Film, PrintColour, PrintedImage } from './film.ts'
import { LayoutNotMade, PrinterNotReady, printContexts, printerState, printFilms } from './scu-print.ts'
import { BasicColorImageBox, BasicFilmBox, BasicFilmSession, BasicGrayscaleImageBox } from './sop-classes.ts'

async function connectTo({ port, aeTitle = 'PRINTER' }: { readonly port: number; readonly aeTitle?: string }, colour: PrintColour = 'grayscale'): Promise<DimseConnection & AsyncDisposable> {
  const association = await requestAssociation({ host: '127.0.0.1', port, callingAETitle: 'ISOCENTER', calledAETitle: aeTitle, contexts: printContexts(colour) })
  return Object.assign(new DimseConnection(association), { [Symbol.asyncDispose]: () => association.release() })
}

/** A grey image whose pixels all have one value. */
const grey = (value: number, Rows = 4, Columns = 5): PrintedImage => ({ Rows, Columns, pixels: [new Uint8Array(Rows * Columns).fill(value)] })

describe.skipIf(!hasProgram('dcmprscp'))('DCMTK\'s film printer', () => {
  test('tells how it is', async () => {
    await using printer = await startFilmPrinter()
    await using connection = await connectTo(printer)
    expect(await printerState(connection, 'grayscale')).toMatchObject({ PrinterStatus: 'NORMAL' })
  })

  test.for([{ withoutPresentationLUT: false }, { withoutPresentationLUT: true }])('prints two sheets, each image in its place with its pixels: %o', async (options) => {
    await using printer = await startFilmPrinter(options)
    const taken: number[] = []
    {
      await using connection = await connectTo(printer)
      const films: Film[] = [
        { columns: 2, rows: 2, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', MagnificationType: 'CUBIC', images: [grey(10), undefined, grey(30, 3, 3), { ...grey(40), RequestedImageSize: 101.6 }] },
        { columns: 1, rows: 1, FilmOrientation: 'LANDSCAPE', FilmSizeID: '8INX10IN', images: [grey(50)] },
      ]
      const warnings = await printFilms(connection, { colour: 'grayscale', session: { NumberOfCopies: 2 }, films, onFilm: (film) => taken.push(film) })
      expect(warnings).toEqual([])
    }
    expect(taken).toEqual([1, 2])
    const printed = await Promise.all((await printer.printed()).map(async (path) => (await readInstance(await readFile(path))).dataSet))
    const sheets = printed.filter((dataSet) => dataSet.string('SOPClassUID') === '1.2.840.10008.5.1.1.27')
    expect(sheets.map(sheetOf).toSorted()).toEqual(['STANDARD\\1,1 LANDSCAPE 8INX10IN: 1', 'STANDARD\\2,2 PORTRAIT 14INX17IN: 1,3,4'])
    const images = printed.filter((dataSet) => !sheets.includes(dataSet))
    const greys = images.map((image) => `${image.number('Rows')}x${image.number('Columns')} ${[...new Set(image.get('PixelData')?.value?.subarray(0, 9))].join()}`)
    expect(greys.toSorted()).toEqual(['3x3 30', '4x5 10', '4x5 40', '4x5 50'])
  })
})

interface Told { readonly name: string; readonly SOPClassUID: string; readonly dataSet?: DataSet | undefined }

/** A printer of the test: notes what it is told, makes image boxes for `places`, and does what `answers` says otherwise. */
function aPrinter(told: Told[], { places = 1, state = {}, answers = {} }: { readonly places?: number; readonly state?: Parameters<typeof attributes>[0]; readonly answers?: ServiceHandlers } = {}): ServiceHandlers {
  return {
    getAttributes: () => ({ status: 0, dataSet: attributes({ PrinterStatus: 'NORMAL', ...state }) }),
    create({ SOPClassUID, dataSet }) {
      told.push({ name: 'create', SOPClassUID, dataSet })
      const boxes = Array.from({ length: places }, (_, index) => ({ ReferencedSOPClassUID: BasicGrayscaleImageBox, ReferencedSOPInstanceUID: `1.2.9.${index + 1}` }))
      return { status: 0, SOPInstanceUID: `1.2.${told.length}`, ...(SOPClassUID === BasicFilmBox && { dataSet: attributes({ ReferencedImageBoxSequence: boxes }) }) }
    },
    set({ SOPClassUID, dataSet }) { told.push({ name: 'set', SOPClassUID, dataSet }); return { status: 0 } },
    action({ SOPClassUID }) { told.push({ name: 'action', SOPClassUID }); return { status: 0 } },
    delete({ SOPClassUID }) { told.push({ name: 'delete', SOPClassUID }); return { status: 0 } },
    ...answers,
  }
}

const aSheet = (...images: PrintedImage[]): Film => ({ columns: images.length, rows: 1, images })

describe('a printer', () => {
  test('that says what it did otherwise is quoted, by sheet and place', async () => {
    const told: Told[] = []
    await using provider = await startProvider(aPrinter(told, {
      places: 2,
      answers: {
        set: ({ dataSet }) => ({ status: dataSet?.number('ImageBoxPosition') === 2 ? 0xb604 : 0 }),
        action: () => ({ status: 0xb603 }),
      },
    }))
    await using connection = await connectTo(provider)
    const warnings = await printFilms(connection, { colour: 'grayscale', films: [aSheet(grey(1), grey(2))] })
    expect(warnings).toEqual([{ status: 0xb604, film: 1, position: 2 }, { status: 0xb603, film: 1 }])
  })

  test('that has failed is not sent anything', async () => {
    const told: Told[] = []
    await using provider = await startProvider(aPrinter(told, { state: { PrinterStatus: 'FAILURE', PrinterStatusInfo: 'FILM JAM' } }))
    await using connection = await connectTo(provider)
    const failure = await printFilms(connection, { colour: 'grayscale', films: [aSheet(grey(1))] }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PrinterNotReady)
    expect(failure).toMatchObject({ state: { PrinterStatus: 'FAILURE', PrinterStatusInfo: 'FILM JAM' } })
    expect(told).toEqual([])
  })

  test('that refuses a sheet has its session taken down, and the images after it are never asked for', async () => {
    const told: Told[] = []
    let asked = 0
    await using provider = await startProvider(aPrinter(told, { answers: { action: () => ({ status: 0xc602 }) } }))
    await using connection = await connectTo(provider)
    const films = function* (): Generator<Film> { for (;;) { asked++; yield aSheet(grey(1)) } }
    await expect(printFilms(connection, { colour: 'grayscale', films: films() })).rejects.toMatchObject({ name: DimseStatusError.name, status: 0xc602 })
    expect(asked).toBe(1)
    expect(told.at(-1)).toMatchObject({ name: 'delete', SOPClassUID: BasicFilmSession })
  })

  test('that makes fewer places than the layout has is not given half a film', async () => {
    const told: Told[] = []
    await using provider = await startProvider(aPrinter(told, { places: 1 }))
    await using connection = await connectTo(provider)
    await expect(printFilms(connection, { colour: 'grayscale', films: [aSheet(grey(1), grey(2))] })).rejects.toThrow(LayoutNotMade)
    expect(told.filter(({ name }) => name === 'set' || name === 'action')).toEqual([])
  })

  test('an image with fewer pixels than it says is no image: the association ends, nothing is printed', async () => {
    const told: Told[] = []
    await using provider = await startProvider(aPrinter(told))
    const connection = await connectTo(provider)
    await expect(printFilms(connection, { colour: 'grayscale', films: [aSheet({ Rows: 4, Columns: 4, pixels: [new Uint8Array(15)] })] })).rejects.toThrow('fewer than the 16 bytes')
    expect(told.filter(({ name }) => name === 'set' || name === 'action')).toEqual([])
  })

  test('colours are sent as RGB to a colour printer', async () => {
    const told: Told[] = []
    await using provider = await startProvider(aPrinter(told))
    await using connection = await connectTo(provider, 'color')
    await printFilms(connection, { colour: 'color', films: [aSheet({ Rows: 1, Columns: 1, pixels: [Uint8Array.of(1, 2, 3)], RequestedImageSize: 35.6789 })] })
    const sent = told.find(({ SOPClassUID }) => SOPClassUID === BasicColorImageBox)?.dataSet
    const [image] = sent?.items('BasicColorImageSequence') ?? []
    expect([sent?.string('RequestedImageSize'), image?.string('PhotometricInterpretation'), image?.number('SamplesPerPixel'), [...image?.get('PixelData')?.value ?? []]]).toEqual(['35.679', 'RGB', 3, [1, 2, 3, 0]])
  })
})

function sheetOf(sheet: DataSet): string {
  const [box] = sheet.items('FilmBoxContentSequence')
  const positions = sheet.items('ImageBoxContentSequence').map((image) => image.number('ImageBoxPosition'))
  return `${box?.strings('ImageDisplayFormat').join('\\')} ${box?.string('FilmOrientation')} ${box?.string('FilmSizeID')}: ${positions.join()}`
}
