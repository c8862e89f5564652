/** Lists as spreadsheets: the one writer of all of them. */
import { Readable } from 'node:stream'
import type { ExportFormat } from '@isocenter/contracts'
import { csvPieces, xlsxStream, type Cell } from './spreadsheet.ts'

export { chosenColumns, fieldsOf, tableOf, type ExportColumn, type ExportList } from './columns.ts'

export const spreadsheetTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** A table as a file, made as it is read; ends with an error where its rows do. */
export const spreadsheet = (format: ExportFormat, name: string, rows: AsyncIterable<readonly (readonly Cell[])[]>): Readable =>
  (format === 'csv' ? Readable.from(csvPieces(rows)) : xlsxStream(name, rows))
