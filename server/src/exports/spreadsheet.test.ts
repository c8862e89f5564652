/** Files of lists: whole, in order, and harmless to open. */
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf, partsOf } from './spreadsheet.fixture.ts'
import { csvPieces, xlsxStream, type Cell } from './spreadsheet.ts'

async function* one(rows: readonly (readonly Cell[])[]) { yield rows }

test('any text comes back from CSV as it was, but that none is a formula', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 4 }), async (rows) => {
    const read = fieldsOf(await text(Readable.from(csvPieces(one(rows)))))
    expect(read).toEqual(rows.map((row) => row.map((field) => (/^[=+\-@\t\r\n|＝＋－＠]/.test(field) ? `'${field}` : field))))
    for (const field of read.flat()) expect(field).not.toMatch(/^[=+\-@\t\r\n|]/)
  }), { examples: [[[['=1+1', '"a,b"\r\n']]], [[["'=1", '+cmd|x']]]] })
})

test('a sheet is whole, its text typed as text', async () => {
  const parts = await partsOf(await buffer(xlsxStream('Log', one([['a', 'b'], ['=HYPERLINK("x")', 7], ['<&>\u0000', undefined]]))))
  expect([...parts.keys()].sort()).toEqual(['[Content_Types].xml', '_rels/.rels', 'xl/_rels/workbook.xml.rels', 'xl/workbook.xml', 'xl/worksheets/sheet1.xml'])
  expect(parts.get('xl/worksheets/sheet1.xml')).toContain('<row><c t="inlineStr"><is><t xml:space="preserve">=HYPERLINK("x")</t></is></c><c><v>7</v></c></row><row><c t="inlineStr"><is><t xml:space="preserve">&lt;&amp;&gt;\uFFFD</t></is></c><c/></row>')
})

test('a sheet that would have more rows than a sheet can have ends with an error, not early', async () => {
  const many = Array.from({ length: 50_000 }, () => ['x'] as const)
  const rows = async function* () { for (let turn = 0; turn < 21; turn++) yield many }
  await expect(buffer(xlsxStream('Log', rows()))).rejects.toThrow('no room')
})
