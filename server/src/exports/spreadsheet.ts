/** Tables as files people open: CSV (RFC 4180) and XLSX (ECMA-376), made row by row, never held whole. */
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

export type Cell = string | number | undefined

/**
 * Text a spreadsheet program would take for a formula stands behind an apostrophe: what it shows is what it was, and it is run by nobody
 * (OWASP, CSV injection).
 */
const harmless = (text: string): string => (/^[=+\-@\t\r\n|＝＋－＠]/.test(text) ? `'${text}` : text)

const csvField = (cell: Cell): string => {
  const text = typeof cell === 'string' ? harmless(cell) : String(cell ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** UTF-8 with the mark Excel needs to know it by. */
export async function* csvPieces(rows: AsyncIterable<readonly (readonly Cell[])[]>): AsyncGenerator<string> {
  yield '\uFEFF'
  for await (const some of rows) yield some.map((row) => `${row.map(csvField).join(',')}\r\n`).join('')
}

const xmlText = (text: string): string => text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character)
  // What XML 1.0 cannot say.
  .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')

// Inline text, typed as text: no program takes it for a formula.
const sheetCell = (cell: Cell): string => {
  if (cell === undefined || cell === '') return '<c/>'
  return typeof cell === 'number' ? `<c><v>${String(cell)}</v></c>` : `<c t="inlineStr"><is><t xml:space="preserve">${xmlText(cell.slice(0, longestCell))}</t></is></c>`
}
/** More characters a cell cannot have. */
const longestCell = 32_767
/** More rows a sheet cannot have. */
const mostSheetRows = 1_048_576

/** @throws RangeError where there are more rows than a sheet can have: a file that ends early would look whole */
async function* sheetPieces(rows: AsyncIterable<readonly (readonly Cell[])[]>): AsyncGenerator<string> {
  yield `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`
  let left = mostSheetRows
  for await (const some of rows) {
    left -= some.length
    if (left < 0) throw new RangeError('A sheet has no room for so many rows.')
    yield some.map((row) => `<row>${row.map(sheetCell).join('')}</row>`).join('')
  }
  yield '</sheetData></worksheet>'
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'

/** One sheet. Ends with an error where its rows do. */
export function xlsxStream(name: string, rows: AsyncIterable<readonly (readonly Cell[])[]>): Readable {
  const parts: Record<string, string> = {
    '[Content_Types].xml': [
      `${xml}<Types xmlns="${packages}/content-types">`,
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      '<Default Extension="xml" ContentType="application/xml"/>',
      '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>',
      '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>',
      '</Types>',
    ].join(''),
    '_rels/.rels': `${xml}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="${xmlText(name.slice(0, 31))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  }
  const zip = new ZipFile()
  for (const [path, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), path)
  const sheet = Readable.from(sheetPieces(rows))
  const output = zip.outputStream as Readable
  sheet.on('error', (error) => { output.destroy(error) })
  output.on('close', () => { sheet.destroy() })
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml')
  zip.end()
  return output
}
