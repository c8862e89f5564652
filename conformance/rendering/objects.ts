/** Small images and documents whose rendered pixels can be worked out by hand. */
import type { Element } from '../fixtures/data-set.ts'
import { fixture, sopClass, type Fixture } from '../fixtures/fixtures.ts'

const side = 64

interface ImageDraft {
  readonly bits?: number
  readonly stored?: number
  readonly signed?: boolean
  readonly photometric?: string
  readonly samples?: number
  readonly elements?: readonly Element[]
  readonly SOPClassUID?: string
  readonly columns?: number
  readonly rows?: number
  readonly frames?: number
}

/** An image whose pixels `valueAt` says, one value for each sample. */
export function picture(valueAt: (x: number, y: number, frame: number) => number | readonly number[], draft: ImageDraft = {}): Fixture {
  const { bits = 16, stored = bits, signed = false, photometric = 'MONOCHROME2', samples = 1, columns = side, rows = side, frames = 1 } = draft
  const values = Array.from({ length: columns * rows * frames }, (_, index) => valueAt(index % columns, Math.floor(index / columns) % rows, Math.floor(index / columns / rows))).flat()
  const data = bits === 1 ? packed(values) : Buffer.alloc((values.length * bits) / 8)
  if (bits > 1) for (const [index, value] of values.entries()) data.writeUIntLE(value < 0 ? value + 2 ** bits : value, (index * bits) / 8, bits / 8)
  const colour: Element[] = samples > 1 ? [['00280006', 'US', [0]]] : []
  return fixture({
    SOPClassUID: draft.SOPClassUID ?? sopClass.secondaryCapture,
    elements: [
      ['00280002', 'US', [samples]], ['00280004', 'CS', photometric], ...colour, ['00280010', 'US', [rows]], ['00280011', 'US', [columns]],
      ['00280100', 'US', [bits]], ['00280101', 'US', [stored]], ['00280102', 'US', [stored - 1]], ['00280103', 'US', [signed ? 1 : 0]],
      ...(frames > 1 ? [['00280008', 'IS', String(frames)] as Element] : []),
      ...draft.elements ?? [], ['7FE00010', bits > 8 ? 'OW' : 'OB', data],
    ],
  })
}

function packed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 16) * 2)
  for (const [index, value] of values.entries()) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (value << (index & 7))
  return bytes
}

/** Hounsfield units from -32 on, one a column, in a window that shows 0 to 31 as 128 and more. */
export const ct = (): Fixture => picture((x) => x + 1024 - 32, {
  stored: 12, SOPClassUID: sopClass.ct,
  elements: [['00080060', 'CS', 'CT'], ['00100010', 'PN', 'Burnt^In'], ['00100020', 'LO', 'SECRET-ID'], ['00281050', 'DS', '0\\1000'], ['00281051', 'DS', '33\\1'], ['00281052', 'DS', '-1024'], ['00281053', 'DS', '1']],
})

const referencing = (image: Fixture): Element[] => [
  ['00081115', 'SQ', [[
    ['00081140', 'SQ', [[['00081150', 'UI', image.SOPClassUID], ['00081155', 'UI', image.SOPInstanceUID]]]],
    ['0020000E', 'UI', image.SeriesInstanceUID],
  ]]],
]

/** A Grayscale Softcopy Presentation State that turns an image upside down in its own window, white on black. */
export const presentationState = (image: Fixture): Fixture => fixture({
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.11.1', StudyInstanceUID: image.StudyInstanceUID,
  elements: [
    ['00080060', 'CS', 'PR'], ['00700080', 'CS', 'CHECK'], ...referencing(image), ['00281052', 'DS', '-1024'], ['00281053', 'DS', '1'], ['00281054', 'LO', 'HU'],
    ['00283110', 'SQ', [[['00281050', 'DS', '0'], ['00281051', 'DS', '33']]]],
    ['00700041', 'CS', 'Y'], ['00700042', 'US', [0]],
    ['0070005A', 'SQ', [[['00700052', 'SL', [1, 1]], ['00700053', 'SL', [side, side]], ['00700100', 'CS', 'SCALE TO FIT']]]],
    ['20500020', 'CS', 'INVERSE'],
  ],
})

/** A text report with a heading, a number with its unit and characters that mean something in HTML. */
export const report = (): Fixture => {
  const name = (meaning: string): Element => ['0040A043', 'SQ', [[['00080100', 'SH', '1'], ['00080102', 'SH', '99CHECK'], ['00080104', 'LO', meaning]]]]
  return fixture({
    SOPClassUID: sopClass.sr,
    elements: [
      ['00080005', 'CS', 'ISO_IR 192'], ['00080060', 'CS', 'SR'], ['0040A040', 'CS', 'CONTAINER'], name('Check Report'), ['0040A050', 'CS', 'SEPARATE'], ['0040A491', 'CS', 'COMPLETE'], ['0040A493', 'CS', 'UNVERIFIED'],
      ['0040A730', 'SQ', [[
        ['0040A010', 'CS', 'CONTAINS'], ['0040A040', 'CS', 'CONTAINER'], name('Findings'), ['0040A050', 'CS', 'SEPARATE'],
        ['0040A730', 'SQ', [
          [['0040A010', 'CS', 'CONTAINS'], ['0040A040', 'CS', 'TEXT'], name('Finding'), ['0040A160', 'UT', '肺 <script>alert(1)</script> & more']],
          [['0040A010', 'CS', 'CONTAINS'], ['0040A040', 'CS', 'NUM'], name('Diameter'), ['0040A300', 'SQ', [[
            ['004008EA', 'SQ', [[['00080100', 'SH', 'mm'], ['00080102', 'SH', 'UCUM'], ['00080104', 'LO', 'millimeter']]]], ['0040A30A', 'DS', '12.5'],
          ]]]],
        ]],
      ]]],
    ],
  })
}

const document = '%PDF-1.4\n% a document of an odd number of bytes\n%%EOF'

/** An encapsulated PDF, and the bytes that are the document. */
export const pdf = (): { fixture: Fixture; document: Buffer } => ({
  document: Buffer.from(document),
  fixture: fixture({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
    elements: [['00080060', 'CS', 'DOC'], ['00420011', 'OB', Buffer.from(document)], ['00420012', 'LO', 'application/pdf'], ['00420015', 'UL', [document.length]]],
  }),
})

/** The tables of a palette with three colours from the value 10 on: red, green, blue. */
export const paletteTables = (): Element[] => [
  ...(['00281101', '00281102', '00281103'] as const).map((tag): Element => [tag, 'US', [3, 10, 16]]),
  ...[[0xffff, 0, 0], [0, 0xffff, 0], [0, 0, 0xffff]].map((entries, index): Element => [`0028120${index + 1}`, 'OW', entries]),
]
