/** The first sheet of an XLSX file (ECMA-376 Part 1, §18), small ones only: every size is bounded before anything is inflated. */
import { buffer } from 'node:stream/consumers'
import type { UnreadableSheet } from '@isocenter/contracts'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'

/** A row that is not blank; `number` as the spreadsheet counts. */
export interface SheetRow {
  readonly number: number
  /** Text of each cell by its column, counting from 0; blank where there is none. */
  readonly cells: readonly string[]
}

/** Why a file cannot be read. */
export class UnreadableSheetError extends Error {
  readonly reason: UnreadableSheet
  constructor(reason: UnreadableSheet) {
    super(`the spreadsheet cannot be read: ${reason}`)
    this.reason = reason
  }
}

/** Of one part when it is inflated: some twenty times what the greatest list needs. */
const maxPartBytes = 16 * 1024 * 1024
const maxEntries = 1_000
const maxRows = 5_000
const maxColumns = 50
const maxSharedStrings = 200_000

const compoundFile = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** @throws UnreadableSheetError */
export async function readSheet(file: Buffer): Promise<SheetRow[]> {
  // BIFF, or a workbook with a password: both are compound files ([MS-CFB] §2.2).
  if (file.subarray(0, 8).equals(compoundFile)) throw new UnreadableSheetError('oldExcel')
  if (file.toString('latin1', 0, 2) !== 'PK') throw new UnreadableSheetError('noSpreadsheet')
  const zip = await opened(file)
  const entries = await entriesOf(zip)
  const part = async (path: string): Promise<string | undefined> => {
    const entry = entries.get(path)
    return entry && await inflated(zip, entry)
  }
  const workbook = await part('xl/workbook.xml')
  if (workbook === undefined) throw new UnreadableSheetError('noSpreadsheet')
  const sheet = await part(firstSheetPath(workbook, await part('xl/_rels/workbook.xml.rels') ?? ''))
  if (sheet === undefined) throw new UnreadableSheetError('noSpreadsheet')
  return rowsOf(sheet, sharedStringsOf(await part('xl/sharedStrings.xml') ?? ''))
}

const opened = (file: Buffer): Promise<ZipFile> => new Promise((resolve, reject) => {
  fromBuffer(file, { lazyEntries: true }, (error, zip) => {
    if (error === null) resolve(zip)
    else reject(new UnreadableSheetError('noSpreadsheet'))
  })
})

function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > maxEntries) throw new UnreadableSheetError('tooLarge')
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>()
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry)
      zip.readEntry()
    })
    zip.on('end', () => { resolve(entries) })
    zip.on('error', () => { reject(new UnreadableSheetError('noSpreadsheet')) })
    zip.readEntry()
  })
}

/** What an entry says of its size is held against what comes: yauzl ends with an error where there is more. */
async function inflated(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > maxPartBytes) throw new UnreadableSheetError('tooLarge')
  try {
    const stream = await new Promise<Parameters<typeof buffer>[0]>((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error === null) resolve(stream)
        else reject(error)
      })
    })
    return (await buffer(stream)).toString('utf8')
  } catch {
    // Whatever zip or zlib have to say of it, the file is damaged or of no kind that is read here.
    throw new UnreadableSheetError('noSpreadsheet')
  }
}

interface Start { readonly kind: 'start' | 'end'; readonly name: string; readonly attributes: string; readonly isEmpty: boolean }
type Token = Start | { readonly kind: 'text'; readonly text: string }

// Sticky: what fits none of these is no XML. There is no part for a document type, and so none for entities of its own (XXE, "billion laughs").
const grammar = /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y

/** The marks and texts of a document, in order. @throws UnreadableSheetError */
function* tokensOf(xml: string): Generator<Token> {
  const source = xml.charCodeAt(0) === 0xfeff ? xml.slice(1) : xml
  for (let at = 0; at < source.length;) {
    grammar.lastIndex = at
    const found = grammar.exec(source)
    if (found === null) throw new UnreadableSheetError('noSpreadsheet')
    at = grammar.lastIndex
    const [, data, closing, name, attributes = '', empty, text] = found
    if (data !== undefined) yield { kind: 'text', text: data }
    else if (text !== undefined) yield { kind: 'text', text: unescaped(text) }
    else if (name !== undefined) {
      yield { kind: closing === '/' ? 'end' : 'start', name, attributes, isEmpty: empty === '/' }
      if (empty === '/') yield { kind: 'end', name, attributes: '', isEmpty: false }
    }
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' }
const unescaped = (text: string): string => text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{1,4}));/g, (whole, decimal?: string, hexadecimal?: string, name?: string) => {
  if (name !== undefined) return entities[name] ?? whole
  const code = decimal === undefined ? parseInt(hexadecimal ?? '', 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
})

const attributeOf = (attributes: string, name: string): string | undefined => {
  const found = new RegExp(`\\s(?:[\\w.-]+:)?${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  return found === null ? undefined : unescaped(found[1] ?? found[2] ?? '')
}

/** Where the sheet is that stands first in the workbook (§18.2.20). */
function firstSheetPath(workbook: string, relations: string): string {
  let id: string | undefined
  for (const token of tokensOf(workbook)) {
    if (token.kind === 'start' && token.name === 'sheet') {
      id = attributeOf(token.attributes, 'id')
      break
    }
  }
  for (const token of tokensOf(relations)) {
    if (token.kind !== 'start' || token.name !== 'Relationship' || attributeOf(token.attributes, 'Id') !== id) continue
    const target = attributeOf(token.attributes, 'Target') ?? ''
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`
  }
  throw new UnreadableSheetError('noSpreadsheet')
}

/** Texts cells refer to (§18.4.8), without the marks for reading aloud. */
function sharedStringsOf(xml: string): string[] {
  const strings: string[] = []
  let current = ''
  let isText = false
  let phonetic = 0
  for (const token of tokensOf(xml)) {
    if (token.kind === 'text') {
      if (isText && phonetic === 0) current += token.text
    } else if (token.name === 't') isText = token.kind === 'start'
    else if (token.name === 'rPh') phonetic += token.kind === 'start' ? 1 : -1
    else if (token.name === 'si') {
      if (token.kind === 'start') current = ''
      else if (strings.push(current) > maxSharedStrings) throw new UnreadableSheetError('tooLarge')
    }
  }
  return strings
}

/** `C5` is in column 2. */
const columnOf = (reference: string): number => [.../^[A-Z]{1,3}/.exec(reference)?.[0] ?? ''].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1

function rowsOf(xml: string, shared: readonly string[]): SheetRow[] {
  const rows: SheetRow[] = []
  let number = 0
  let cells: string[] = []
  let column = -1
  let type = ''
  let value = ''
  let holds: 'v' | 't' | undefined
  let phonetic = 0
  for (const token of tokensOf(xml)) {
    if (token.kind === 'text') {
      if (holds !== undefined && phonetic === 0) value += token.text
    } else if (token.name === 'row') {
      if (token.kind === 'start') {
        // Its own number where it says one; the next where it does not.
        number = Number(attributeOf(token.attributes, 'r') ?? number + 1)
        cells = []
        column = -1
      } else if (cells.some((cell) => cell.trim() !== '') && rows.push({ number, cells: Array.from(cells, (cell: string | undefined) => cell ?? '') }) > maxRows) throw new UnreadableSheetError('tooManyRows')
    } else if (token.name === 'c') {
      if (token.kind === 'start') {
        const reference = attributeOf(token.attributes, 'r')
        column = reference === undefined ? column + 1 : columnOf(reference)
        type = attributeOf(token.attributes, 't') ?? 'n'
        value = ''
      } else if (column >= 0 && column < maxColumns) cells[column] = type === 's' ? shared[Number(value)] ?? '' : value
    } else if (token.name === 'rPh') phonetic += token.kind === 'start' ? 1 : -1
    // A formula (`f`) is left out; what it came to stands in `v`.
    else if (token.name === 'v' || token.name === 't') holds = token.kind === 'start' ? token.name : undefined
  }
  return rows
}
