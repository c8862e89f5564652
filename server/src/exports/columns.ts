/** Lists as tables: which columns there are, who may have them, and what each cell says. */
import type { ExportFields, ExportLanguage, RolePermission } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import { badRequest } from '../platform/problem.ts'
import type { Cell } from './spreadsheet.ts'

export type Labels = Readonly<Record<ExportLanguage, string>>

export interface ExportColumn<Row> {
  readonly key: string
  readonly label: Labels
  /** Numbers as numbers, everything else as text. A moment is written in the zone of the reader, which the heading names. */
  readonly value: (row: Row, language: ExportLanguage) => Cell | Date
  /** Its values are moments. */
  readonly isMoment?: boolean
  /** Chosen as long as nobody has chosen otherwise. */
  readonly isUsual?: boolean
  /** Not there for who does not hold this. */
  readonly needs?: RolePermission
}

/** A list that can be had as a spreadsheet. */
export interface ExportList<Row, Filter> {
  readonly title: Labels
  readonly columns: readonly ExportColumn<Row>[]
  /** The filter with what depends on the moment written into it, so that a file made later has what was asked for. */
  readonly settle: (filter: Filter, now: Date) => Filter
  /** Rows the filter finds, counted up to `most`. */
  readonly count: (access: Access, filter: Filter, most: number) => Promise<number>
  /** Rows in the order of the list, some at a time: never all of them. What costs is read where one of these columns asks for it. */
  readonly pages: (access: Access, filter: Filter, keys: readonly string[]) => AsyncIterable<readonly Row[]>
}

const columnsFor = <Row>(columns: readonly ExportColumn<Row>[], { permissions }: Pick<Access, 'permissions'>): ExportColumn<Row>[] =>
  columns.filter(({ needs }) => needs === undefined || permissions.has(needs))

/** What may be chosen from. */
export const fieldsOf = <Row>(columns: readonly ExportColumn<Row>[], access: Pick<Access, 'permissions'>): ExportFields => ({
  items: columnsFor(columns, access).map(({ key, label, isUsual = false }) => ({ key, label, isUsual })),
})

/**
 * The columns of these keys, in this order.
 * @throws badRequest 400 for one that is not there for the caller
 */
export function chosenColumns<Row>(columns: readonly ExportColumn<Row>[], keys: readonly string[], access: Pick<Access, 'permissions'>): ExportColumn<Row>[] {
  const known = new Map(columnsFor(columns, access).map((column) => [column.key, column]))
  return keys.map((key) => {
    const column = known.get(key)
    if (column === undefined) throw badRequest(`There is no field ${JSON.stringify(key)} in this list for you.`)
    return column
  })
}

export interface Written {
  readonly language: ExportLanguage
  /** IANA name */
  readonly timeZone: string
}

/**
 * Headings, then rows as they come.
 * @throws badRequest 400 for a zone nobody knows
 */
export function tableOf<Row>(columns: readonly ExportColumn<Row>[], pages: AsyncIterable<readonly Row[]>, { language, timeZone }: Written): AsyncGenerator<readonly (readonly Cell[])[]> {
  const moment = momentIn(timeZone)
  const headings = columns.map(({ label, isMoment = false }) => (isMoment ? `${label[language]} (${timeZone})` : label[language]))
  const cellOf = (value: Cell | Date): Cell => (value instanceof Date ? moment(value) : value)
  return (async function* () {
    yield [headings]
    for await (const some of pages) yield some.map((row) => columns.map(({ value }) => cellOf(value(row, language))))
  })()
}

/** `2026-11-22 18:57:20`: the same in every language, and in the order of time where it is sorted. */
function momentIn(timeZone: string): (moment: Date) => string {
  try {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    return (moment) => format.format(moment)
  } catch {
    throw badRequest('"timeZone" is not the name of a time zone.')
  }
}
