/** The tables of docs/conformance-statement.md that the code decides, as Markdown. */
import { allTransferSyntaxes, formatTag, storageSOPClasses, storeFailures, storeWarnings, tagOf, type Keyword, type StoreStatus } from '@isocenter/dicom'
import { searchable, searchableRequest, type Level } from '../../catalogue/index.ts'
import { instanceAttributes, seriesAttributes, studyAttributes } from '../../catalogue/level-attributes.ts'
import { declaredProblems } from '../../platform/problem.ts'
import type { Resource } from './resources.ts'

/** Blocks by the name of their marker. */
export function generatedBlocks(resources: readonly Resource[]): Record<string, string> {
  return {
    resources: table(['resource', 'methods', 'request bodies', 'answers'], resources.flatMap(rowsOfResource)),
    'searchable attributes': table(['level', 'attribute', 'tag', 'VR', 'matching'], searchableRows()),
    'returned attributes': table(['level', 'always', 'where known'], returnedRows()),
    'transfer syntaxes': table(['transfer syntax', 'UID', 'frames leave as'], allTransferSyntaxes().map(({ name, uid, mediaType }) => [name, uid, mediaType ?? '—'])),
    'failure reasons': table(['code', 'meaning'], statusRows(storeFailures)),
    'warning reasons': table(['code', 'meaning'], statusRows(storeWarnings)),
    'status codes': table(['status', 'problem', 'title'], declaredProblems().map(({ status, type, title }) => [String(status), `\`${type}\``, title]).sort(([a, b], [c, d]) => (`${a} ${b}` < `${c} ${d}` ? -1 : 1))),
    'SOP classes': table(['SOP class', 'UID'], storageSOPClasses().map(({ name, uid, retired }) => [retired ? `${name} (retired)` : name, uid])),
  }
}

/** The text with the content of each pair of markers replaced. @throws Error when a block has no place in it */
export function withBlocks(text: string, blocks: Readonly<Record<string, string>>): string {
  let result = text
  for (const [name, block] of Object.entries(blocks)) {
    const marked = new RegExp(`(<!-- generated: ${name} -->\\n)[^]*?(<!-- end -->)`)
    if (!marked.test(result)) throw new Error(`The conformance statement has no place for ${name}.`)
    result = result.replace(marked, (_, begin: string, end: string) => `${begin}${block}\n${end}`)
  }
  return result
}

function rowsOfResource({ path, operations }: Resource): string[][] {
  const groups = new Map<string, { methods: string[]; row: string[] }>()
  for (const { method, consumes, produces } of operations) {
    const row = [consumes, produces].map((mediaTypes) => mediaTypes.map((mediaType) => `\`${mediaType}\``).join('<br>') || '—')
    const group = groups.get(row.join()) ?? { methods: [], row }
    group.methods.push(method)
    groups.set(row.join(), group)
  }
  return [...groups.values()].map(({ methods, row }) => [`\`/${path}\``, methods.join(', '), ...row])
}

const matchings: Readonly<Record<string, string>> = {
  uid: 'single value, list', uids: 'single value, list', modalities: 'single value, wildcard', text: 'single value, wildcard',
  name: 'single value, wildcard; case and accents do not count; fuzzy', date: 'single value, range', time: 'single value, range', integer: 'single value',
}

function searchableRows(): string[][] {
  const rows = Object.entries(searchable).map(([keyword, { level, vr, match }]) => [level, keyword, tagText([keyword as Keyword]), vr, matchings[match] ?? ''])
  const request = Object.entries(searchableRequest).map(([keyword, { vr }]) =>
    ['series', `RequestAttributesSequence.${keyword}`, tagText(['RequestAttributesSequence', keyword as Keyword]), vr, 'single value, wildcard; all keys in one item'])
  const order: readonly Level[] = ['study', 'series', 'instance']
  return [...rows, ...request].sort(([a], [b]) => order.indexOf(a as Level) - order.indexOf(b as Level))
}

function returnedRows(): string[][] {
  return ([['study', studyAttributes], ['series', seriesAttributes], ['instance', instanceAttributes]] as const)
    .map(([level, { always, known }]) => [level, always.join(', '), known.join(', ')])
}

const tagText = (keywords: readonly Keyword[]): string => keywords.map((keyword) => formatTag(tagOf(keyword))).join('.')

const statusRows = (statuses: Readonly<Record<string, StoreStatus>>): string[][] =>
  Object.values(statuses).map(({ code, meaning }) => [`0x${code.toString(16).toUpperCase().padStart(4, '0')} (${code})`, meaning])

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
