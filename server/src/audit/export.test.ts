/** Files of the trail: whole, in order, and harmless to open. */
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'
import { anOrganisationsService, type OrganisationsService } from '../organisations/service.fixture.ts'
import { record } from './index.ts'
import { csvPieces, xlsxStream, type Cell } from './spreadsheet.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

async function* one(rows: readonly (readonly Cell[])[]) { yield rows }

/** RFC 4180, read by its grammar. */
function fieldsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

async function partsOf(zip: Buffer): Promise<Map<string, string>> {
  const file = await new Promise<ZipFile>((resolve, reject) => { fromBuffer(zip, { lazyEntries: true }, (error, opened) => { if (opened === undefined) reject(error ?? new Error('nothing was opened')); else resolve(opened) }) })
  const parts = new Map<string, string>()
  return new Promise((resolve, reject) => {
    file.on('entry', (entry: Entry) => {
      file.openReadStream(entry, (error, stream) => {
        if (stream === undefined) { reject(error ?? new Error('nothing was opened')); return }
        text(stream).then((content) => { parts.set(entry.fileName, content); file.readEntry() }, reject)
      })
    })
    file.on('end', () => { resolve(parts) })
    file.readEntry()
  })
}

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

test('has every entry once, the latest first, more than a page of them, and that it was taken is in the trail', async () => {
  const hospital = await service.organisation('hospital')
  const { call, accountId } = await hospital.member('administrator', { name: '=cmd' })
  await record(service.db, Array.from({ length: 2_500 }, (_, nth) => ({ organisationId: hospital.organisationId, actor: `account:${accountId}`, action: 'study.retrieve', outcome: 'success', detail: { nth }, StudyInstanceUID: '1.2.3', origin: null } as const)))
  const answer = await call('GET', '/audit/export?format=csv&language=en&group=studies')
  expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8; header=present', 'content-disposition': 'attachment; filename="audit-trail.csv"', 'cache-control': 'no-store' })
  const [heading, ...lines] = fieldsOf(answer.body)
  expect(heading?.slice(0, 5)).toEqual(['Entry', 'Time', 'Actor kind', 'Actor', 'Name'])
  expect(lines.map((line) => line.at(-1))).toEqual(Array.from({ length: 2_500 }, (_, nth) => JSON.stringify({ nth: 2_499 - nth })))
  expect(lines[0]?.[4]).toBe("'=cmd")
  expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'log.export' }).first<object>()).toMatchObject({ actor: `account:${accountId}`, detail: { format: 'csv', group: ['studies'] } })
  const sheet = (await partsOf((await call('GET', '/audit/export?format=xlsx&action=study.retrieve')).rawPayload)).get('xl/worksheets/sheet1.xml')
  expect(sheet?.match(/<row>/g)).toHaveLength(2_501)
  expect(sheet).toContain('患者编号')
  expect((await (await hospital.member('general')).call('GET', '/audit/export?format=csv')).statusCode).toBe(403)
})
