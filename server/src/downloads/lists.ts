/** Lists that can be had as spreadsheets: each by its name, with what it asks for. A list of another capability is a line where the composition root names them. */
import type { ExportLanguage, RolePermission } from '@isocenter/contracts'
import type { Readable } from 'node:stream'
import { chosenColumns, fieldsOf, spreadsheet, tableOf, type ExportList } from '../exports/index.ts'
import type { Access } from '../identity/index.ts'
import type { ListWanted } from './store.ts'

/** A list with its rows' type closed over. */
export interface KnownList {
  readonly permission: RolePermission
  readonly title: (language: ExportLanguage) => string
  readonly fields: (access: Access) => ReturnType<typeof fieldsOf>
  /** Whether the caller may have all of these. */
  readonly hasFields: (access: Access, fields: readonly string[]) => boolean
  /** @throws badRequest 400 for a field that is not there for the caller, or a zone nobody knows */
  readonly assertWritable: (access: Access, wanted: Pick<ListWanted, 'fields' | 'language' | 'timeZone'>) => void
  readonly settle: (filter: unknown, now: Date) => unknown
  readonly count: (access: Access, filter: unknown, most: number) => Promise<number>
  readonly file: (access: Access, wanted: ListWanted) => Readable
}

async function* noRows(): AsyncGenerator<never> { /* none */ }

/** The filter was held against its schema where it came in, and is kept as it was. */
export function knownList<Row, Filter>(permission: RolePermission, list: ExportList<Row, Filter>): KnownList {
  return {
    permission,
    title: (language) => list.title[language],
    fields: (access) => fieldsOf(list.columns, access),
    hasFields: (access, fields) => {
      const there = new Set(fieldsOf(list.columns, access).items.map(({ key }) => key))
      return fields.every((key) => there.has(key))
    },
    assertWritable: (access, { fields, ...written }) => { tableOf(chosenColumns(list.columns, fields, access), noRows(), written) },
    settle: (filter, now) => list.settle(filter as Filter, now),
    count: (access, filter, most) => list.count(access, filter as Filter, most),
    file: (access, { fields, filter, format, language, timeZone }) => spreadsheet(
      format,
      list.title[language],
      tableOf(chosenColumns(list.columns, fields, access), list.pages(access, filter as Filter, fields), { language, timeZone }),
    ),
  }
}
export type Lists = Readonly<Record<string, KnownList>>
