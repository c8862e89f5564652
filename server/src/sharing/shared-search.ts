/** Searches of visitors (PS3.18 §10.6): within the link, and of an anonymised one by nothing that would tell of whom it is. */
import { deidentify, keywordOf, orderedJson, type DicomJson, type DicomJsonAttribute, type MatchKey } from '@isocenter/dicom'
import type { Catalogue, Search, SearchAnswer } from '../catalogue/index.ts'
import type { Access } from '../identity/index.ts'
import type { Names } from './names.ts'

/** Compared as the visitor knows them: there is no way back from a stand-in. */
const standInKeys = new Set(['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'PatientID'])
/** Whether PatientName=Zhang* finds something is an answer too: matched is what the visitor is shown anyway. */
const openKeys = new Set(['Modality', 'ModalitiesInStudy', 'SOPClassUID', 'SeriesNumber', 'InstanceNumber', 'BodyPartExamined'])
/** One link holds five studies. */
const maxFound = 100_000

export async function searchShared(catalogue: Catalogue, access: Access, names: Names, search: Search): Promise<SearchAnswer> {
  const nothing: SearchAnswer = { results: [], remaining: 0, isRemainingExact: true, unsupported: [], unfilled: [] }
  const scope = names.originalOf(search.scope)
  if (!scope) return nothing
  const keys: MatchKey[] = []
  const unsupported: string[] = []
  for (const key of search.keys) {
    const keyword = key.path.length === 1 ? keywordOf(key.path[0] ?? 0) ?? '' : ''
    if (!names.isMasked || openKeys.has(keyword)) keys.push(key)
    else if (key.value !== '' && !standInKeys.has(keyword)) unsupported.push(keyword === '' ? 'an attribute' : keyword)
  }
  const wanted = names.isMasked ? standInsWanted(search.keys) : []
  const { results, rest, ...answer } = await catalogue.search(access, { ...search, scope, keys, limit: maxFound, offset: 0 })
  const shown: string[] = []
  for (const text of results) add(text)
  for await (const text of rest ?? []) add(text)
  const page = shown.slice(search.offset, search.offset + search.limit)
  return { ...answer, results: page, remaining: Math.max(0, shown.length - search.offset - page.length), isRemainingExact: true, unsupported: [...answer.unsupported, ...unsupported] }

  function add(text: string): void {
    const own = JSON.parse(text) as DicomJson
    const [StudyInstanceUID = search.scope.StudyInstanceUID === undefined
      ? undefined
      : scope?.StudyInstanceUID, SeriesInstanceUID = scope?.SeriesInstanceUID, SOPInstanceUID] = [
        '0020000D',
        '0020000E',
        '00080018',
      ].map((tag) => textOf(own[tag]))
    if (StudyInstanceUID === undefined) return
    const shownUIDs = names.shownAs({ StudyInstanceUID, ...(search.level !== 'study' && { SeriesInstanceUID }), ...(search.level === 'instance' && { SOPInstanceUID }) })
    if (!shownUIDs || names.count(shownUIDs) === 0) return
    const seen = names.isMasked ? deidentify(own, { pseudonyms: names.pseudonyms }) : own
    const known: Readonly<Record<string, string | undefined>> = { ...shownUIDs, PatientID: textOf(seen[patientID]) }
    if (!wanted.every(([keyword, values]) => values.includes(known[keyword] ?? ''))) return
    shown.push(orderedJson({ ...seen, ...countsOf(seen, names, shownUIDs) }))
  }
}

const patientID = '00100020'

function standInsWanted(keys: readonly MatchKey[]): [string, readonly string[]][] {
  return keys.flatMap(({ path, value }) => {
    const keyword = path.length === 1 ? keywordOf(path[0] ?? 0) : undefined
    return keyword !== undefined && standInKeys.has(keyword) && value !== '' && value !== '*' ? [[keyword, value.split(/[,\\]/)] as [string, string[]]] : []
  })
}

const textOf = (attribute: DicomJsonAttribute | undefined): string | undefined => {
  const [value] = attribute?.Value ?? []
  return typeof value === 'string' ? value : undefined
}

/** Numbers of related objects, where they are told: what is not shown is not counted. */
function countsOf(dataSet: DicomJson, names: Names, shown: { readonly StudyInstanceUID: string; readonly SeriesInstanceUID?: string | undefined }): DicomJson {
  const { StudyInstanceUID, SeriesInstanceUID } = shown
  const counts: Readonly<Record<string, () => number>> = {
    '00201206': () => names.seriesIn(StudyInstanceUID).length,
    '00201208': () => names.count({ StudyInstanceUID }),
    '00201209': () => names.count({ StudyInstanceUID, SeriesInstanceUID }),
  }
  return Object.fromEntries(Object.entries(counts).filter(([tag]) => dataSet[tag] !== undefined).map(([tag, count]) => [tag, { vr: 'IS', Value: [count()] }]))
}
