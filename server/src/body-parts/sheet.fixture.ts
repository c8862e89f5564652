/** Workbooks as Excel saves them: shared strings, cells by reference, what a formula came to. */
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

export async function aZip(parts: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), path)
  zip.end()
  return buffer(zip.outputStream)
}

const letters = 'ABCDEFGHIJ'
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Text as shared strings, numbers as numbers; rows of nothing are left out, as Excel does. */
export function aWorkbook(rows: readonly (readonly (string | number)[])[], sheetBefore = ''): Promise<Buffer> {
  const shared = [...new Set(rows.flat().filter((cell) => typeof cell === 'string'))]
  const cells = rows.flatMap((row, index) => (row.length === 0 ? [] : [`<row r="${String(index + 1)}">${row.map((cell, column) => {
    const reference = `${letters[column] ?? ''}${String(index + 1)}`
    if (cell === '') return ''
    return typeof cell === 'number' ? `<c r="${reference}" s="2"><v>${String(cell)}</v></c>` : `<c r="${reference}" t="s"><v>${String(shared.indexOf(cell))}</v></c>`
  }).join('')}</row>`]))
  return aZip({
    'xl/workbook.xml': '<?xml version="1.0"?><workbook xmlns:r="r"><sheets><sheet name="Parts" sheetId="3" r:id="rId7"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="styles.xml"/><Relationship Id="rId7" Target="worksheets/sheet2.xml"/></Relationships>',
    'xl/sharedStrings.xml': `<sst>${shared.map((text) => `<si><r><rPr><b/></rPr><t>${escaped(text.slice(0, 1))}</t></r><r><t xml:space="preserve">${escaped(text.slice(1))}</t></r><rPh sb="0" eb="1"><t>read aloud</t></rPh></si>`).join('')}</sst>`,
    'xl/worksheets/sheet2.xml': `${sheetBefore}<worksheet><!-- by hand --><sheetData>${cells.join('')}</sheetData></worksheet>`,
  })
}
