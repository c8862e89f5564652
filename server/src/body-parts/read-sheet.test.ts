import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spreadsheet } from '../exports/index.ts'
import { planImport, type PlanBasis } from './import-plan.ts'
import { readSheet, UnreadableSheetError } from './read-sheet.ts'
import { aWorkbook, aZip } from './sheet.fixture.ts'

const refusal = async (file: Buffer): Promise<string> => readSheet(file).then(() => 'read', (error: unknown) => (error instanceof UnreadableSheetError ? error.reason : `crashed: ${String(error)}`))

describe('a workbook', () => {
  test('as Excel saves it: shared strings in several runs, cells by reference, blank rows left out', async () => {
    expect(await readSheet(await aWorkbook([['Name', 'Count'], [], ['A & B <C>', 2], ['', 3]]))).toEqual([
      { number: 1, cells: ['Name', 'Count'] }, { number: 3, cells: ['A & B <C>', '2'] }, { number: 4, cells: ['', '3'] },
    ])
  })

  test('as we write it, whatever its text', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 99 })), { minLength: 1, maxLength: 5 }), async (rows) => {
      const written = rows.map(([text, count]) => [text, count] as const)
      const read = await readSheet(await buffer(spreadsheet('xlsx', 'Parts', Readable.from([written]))))
      expect(read.map(({ cells }) => cells)).toEqual(rows.map(([text, count]) => [text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD'), String(count)]))
    }), { numRuns: 50 })
  })

  test('what a formula came to', async () => {
    const file = await aZip({
      'xl/workbook.xml': '<x:workbook><x:sheets><x:sheet name="S" r:id="rId1"/></x:sheets></x:workbook>', 'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="/xl/worksheets/s.xml"/></Relationships>',
      'xl/worksheets/s.xml': '<x:worksheet><x:sheetData><x:row><x:c r="A1" t="str"><x:f>"CH"&amp;"EST"</x:f><x:v>CHEST</x:v></x:c><x:c r="C1"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    })
    expect(await readSheet(file)).toEqual([{ number: 1, cells: ['CHEST', '', '2', '#REF!'] }])
  })

  test('is refused where it is none, of the old kind, or made to harm', async () => {
    expect(await refusal(Buffer.from('d0cf11e0a1b11ae10000', 'hex'))).toBe('oldExcel')
    for (const file of [Buffer.alloc(0), Buffer.from('P'), Buffer.from('Name,Count\r\n'), Buffer.from('PK\u0003\u0004 but no zip'), await aZip({ 'word/document.xml': '<w/>' })]) expect(await refusal(file)).toBe('noSpreadsheet')
    expect(await refusal(await aWorkbook([['a']], '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'))).toBe('noSpreadsheet')
    expect(await refusal(await aWorkbook([['a']], '<row '))).toBe('noSpreadsheet')
    // 20 MB of nothing in 20 KB.
    expect(await refusal(await aZip({ 'xl/workbook.xml': Buffer.alloc(20 * 1024 * 1024, ' ') }))).toBe('tooLarge')
    expect(await refusal(await aWorkbook(Array.from({ length: 5_001 }, () => ['x'])))).toBe('tooManyRows')
  })

  test('that says it is smaller than it is, is not believed', async () => {
    const file = await aZip({ 'xl/workbook.xml': Buffer.alloc(1024 * 1024, ' ') })
    // Uncompressed size in the central directory (APPNOTE 4.3.12).
    const header = file.lastIndexOf(Buffer.from('504b0102', 'hex'))
    file.writeUInt32LE(100, header + 24)
    expect(await refusal(file)).toBe('noSpreadsheet')
  })

  test('damaged anywhere is read or refused, and nothing else', async () => {
    const whole = await aWorkbook([['Name', 'Count'], ['Chest', 1]])
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
      const file = Buffer.from(whole)
      file[at] = byte
      expect(await refusal(file)).not.toMatch(/^crashed/)
    }), { numRuns: 300 })
  })
})

describe('rows', () => {
  const basis: PlanBasis = {
    categories: [{ categoryId: 'c', deviceType: 'CT', name: 'Trunk', version: 1, parts: [{ partId: 'p', name: 'Chest', partCount: 1, tags: [{ tagId: 't', name: 'chest' }], version: 1 }] }],
    tags: ['chest'], deviceTypes: [{ code: 'CT' }, { code: 'DSA', name: 'Angiography' }],
  }
  const headings = { number: 1, cells: ['Part count', '标签', 'part name', 'Part category', 'Remark', '设备类型'] }
  const plan = (...rows: (readonly string[])[]) => planImport([headings, ...rows.map((cells, index) => ({ number: index + 2, cells }))], basis)

  test('are merged by type, category and name; columns may stand anywhere, in either language', () => {
    expect(plan(['1', 'Chest', 'chest', 'TRUNK', '', 'ct'], ['2.0', 'chest; Abdomen', 'Chest', 'Vessels', '', 'angiography'], ['1', '', 'Chest', 'Head', 'x', 'CT'])).toMatchObject({
      changed: [{ name: 'chest', category: 'Trunk', partId: 'p', tags: ['chest'] }], created: [{ deviceType: 'DSA', partCount: 2, tags: ['chest', 'Abdomen'] }, { category: 'Head', tags: [] }], unchanged: 0,
      newCategories: [{ deviceType: 'DSA', name: 'Vessels' }, { deviceType: 'CT', name: 'Head' }], newTags: ['Abdomen'], errors: [],
    })
    expect(plan(['1', 'chest', 'Chest', 'Trunk', '', 'CT'])).toMatchObject({ changed: [], created: [], unchanged: 1, newCategories: [], newTags: [] })
  })

  test('say each what is wrong with it, where the spreadsheet has it', () => {
    const { errors } = plan(['0', '', 'Chest', 'Trunk', '', 'CT'], ['1.5', '', 'Neck', 'Trunk', '', 'XX'], ['', 'x'.repeat(61), '', 'y'.repeat(61), '', ''], ['1', '', 'Neck', 'Trunk', '', 'CT'], ['1', '', 'NECK', 'trunk', '', 'CT'], ['#REF!', '', 'Neck', 'Trunk', '', 'CT'], ['1e1', '', 'A', 'B', '', 'CT'])
    expect(errors.map(({ row, column, problem }) => `${String(row)} ${column} ${problem}`)).toEqual([
      '2 partCount badPartCount', '3 deviceType unknownDeviceType', '3 partCount badPartCount', '4 deviceType missing', '4 category tooLong', '4 name missing', '4 partCount missing', '4 tags badTag', '6 name repeated', '7 partCount formulaError', '8 partCount badPartCount',
    ])
  })

  test('need all headings, and to be there', () => {
    expect(() => planImport([{ number: 1, cells: ['Part name'] }, { number: 2, cells: ['Chest'] }], basis)).toThrow('headings')
    expect(() => planImport([headings], basis)).toThrow('noRows')
    expect(() => planImport([], basis)).toThrow('headings')
  })
})
