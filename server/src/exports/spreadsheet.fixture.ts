/** Spreadsheets read back by their own grammars. */
import { unzipped } from '../platform/zip.fixture.ts'

/** RFC 4180, read by its grammar. */
export function fieldsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

/** The parts of a workbook by their names. */
export const partsOf = async (workbook: Buffer): Promise<Map<string, string>> => new Map([...await unzipped(workbook)].map(([path, content]) => [path, content.toString('utf8')]))
