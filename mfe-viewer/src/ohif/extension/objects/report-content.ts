/** The content of a structured report as lines to read (PS3.3 §C.17.3). */
import { writtenName } from '../patient-banner.ts'
import { itemsOf, type Naturalized } from './kinds.ts'

export interface ReportLine {
  /** 0 for what stands directly below the title. */
  readonly depth: number
  readonly name: string
  /** Empty for a heading. */
  readonly value: string
}

/** Deeper nesting than this is not from a report anybody wrote. */
const maxDepth = 20

/** True where measurements are drawn on images: OHIF shows those upon the images. */
export function marksImages(report: Naturalized, depth = 0): boolean {
  return depth < maxDepth && itemsOf(report['ContentSequence']).some((item) => item['ValueType'] === 'SCOORD' || item['ValueType'] === 'SCOORD3D' || marksImages(item, depth + 1))
}

/** Its items in their order, headings and what is below them. */
export function linesOf(report: Naturalized, depth = 0): readonly ReportLine[] {
  if (depth >= maxDepth) return []
  return itemsOf(report['ContentSequence']).flatMap((item) => [{ depth, name: meaningOf(item['ConceptNameCodeSequence']), value: valueOf(item) }, ...linesOf(item, depth + 1)])
    .filter(({ name, value }) => name !== '' || value !== '')
}

export const meaningOf = (sequence: unknown): string => textOf(itemsOf(sequence)[0]?.['CodeMeaning'])

function valueOf(item: Naturalized): string {
  switch (item['ValueType']) {
    case 'TEXT': return textOf(item['TextValue'])
    case 'CODE': return meaningOf(item['ConceptCodeSequence'])
    case 'NUM': {
      const [measured] = itemsOf(item['MeasuredValueSequence'])
      const unit = itemsOf(measured?.['MeasurementUnitsCodeSequence'])[0]
      // The unit "1" of UCUM is that of numbers without one.
      return measured === undefined ? '' : [textOf(measured['NumericValue']), unit?.['CodeValue'] === '1' ? '' : textOf(unit?.['CodeValue'])].join(' ').trim()
    }
    case 'DATE': return textOf(item['Date']).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
    case 'TIME': return textOf(item['Time']).replace(/^(\d{2})(\d{2})(\d{2})?.*$/, (_, hours: string, minutes: string, seconds?: string) => [hours, minutes, seconds].filter((part) => part !== undefined).join(':'))
    case 'DATETIME': return textOf(item['DateTime']).replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2}).*$/, '$1-$2-$3 $4:$5')
    case 'PNAME': return writtenName(item['PersonName'] as Parameters<typeof writtenName>[0])
    case 'UIDREF': return textOf(item['UID'])
    default: return ''
  }
}

const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textOf).join(' ')
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
