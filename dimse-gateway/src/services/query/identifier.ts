/** What a caller asks for: the identifier of a C-FIND, C-MOVE or C-GET (PS3.4 §C.4). */
import { formatTag, isGroupLength, isPrivate, isPrivateCreator, tagOf, vrTraits, type DataElement, type DataSet, type Tag, type VR } from '@isocenter/dicom'
import { DimseStatusError, dimseStatus } from '@isocenter/dimse'
import { informationModels, levels, type QueryLevel } from './models.ts'

/** One attribute of an identifier: matched where it has a value, returned in any case. */
export interface QueryKey {
  readonly tag: Tag
  readonly vr: VR
  /** Values joined by backslashes; '' asks for the attribute only. */
  readonly value: string
  /** Keys within the one item of a sequence key; none asks for the sequence whole. */
  readonly items: readonly QueryKey[]
}

export interface Query {
  readonly level: QueryLevel
  readonly keys: readonly QueryKey[]
}

/** About the query itself, no attributes of what is looked for. */
const aboutTheQuery = new Set(['SpecificCharacterSet', 'QueryRetrieveLevel', 'QueryRetrieveView', 'RetrieveAETitle', 'InstanceAvailability'].map((keyword) => tagOf(keyword as 'QueryRetrieveLevel')))

/**
 * Reads an identifier against its information model.
 * @throws DimseStatusError doesNotMatchSOPClass naming the element, when the level is none of the model
 */
export function readQuery(SOPClassUID: string, identifier: DataSet): Query {
  const level = identifier.string('QueryRetrieveLevel')
  if (!isLevel(level) || (level === 'PATIENT' && informationModels[SOPClassUID]?.root !== 'PATIENT')) {
    throw new DimseStatusError(dimseStatus.doesNotMatchSOPClass.code, {
      ErrorComment: 'QueryRetrieveLevel is none of this model', OffendingElement: [tagOf('QueryRetrieveLevel')],
    })
  }
  return { level, keys: keysOf(identifier).filter(({ tag }) => !aboutTheQuery.has(tag)) }
}

/** Keys of a data set of matching keys, in order. @throws DimseStatusError doesNotMatchSOPClass when a sequence key has several items */
export function keysOf(dataSet: DataSet): QueryKey[] {
  return dataSet.elements.filter(({ tag }) => !isGroupLength(tag)).map((element) => {
    const items = element.items ?? []
    if (items.length > 1) {
      throw new DimseStatusError(dimseStatus.doesNotMatchSOPClass.code, { ErrorComment: 'a sequence key has several items', OffendingElement: [element.tag] })
    }
    return { tag: element.tag, vr: element.vr, value: valueOf(dataSet, element), items: items[0] ? keysOf(items[0]) : [] }
  })
}

function valueOf(dataSet: DataSet, element: DataElement): string {
  if (vrTraits(element.vr).isText) {
    const text = dataSet.strings(element.tag).join('\\')
    // A lone asterisk matches everything there is (PS3.4 §C.2.2.2.4).
    return text === '*' ? '' : text
  }
  return dataSet.numbers(element.tag).map((number) => (element.vr === 'AT' ? formatTag(number) : String(number))).join('\\')
}

/** The values of a unique key: one, or a list of UIDs (PS3.4 §C.2.2.2.2). */
export function valuesOf(keys: readonly QueryKey[], tag: Tag): string[] {
  const value = keys.find((key) => key.tag === tag)?.value ?? ''
  return value === '' ? [] : value.split('\\').filter((one) => one !== '')
}

/** UIDs in one search: short of what fits into a request line. */
const uidsAtATime = 50

/** The same keys with lists of few UIDs, as often as it takes to name them all. */
export function withShortLists(keys: readonly QueryKey[]): (readonly QueryKey[])[] {
  const at = keys.findIndex(({ vr, value }) => vr === 'UI' && value.split('\\').length > uidsAtATime)
  const long = keys[at]
  if (!long) return [keys]
  const uids = [...new Set(long.value.split('\\'))]
  const parts = Array.from({ length: Math.ceil(uids.length / uidsAtATime) }, (_, part) => uids.slice(part * uidsAtATime, (part + 1) * uidsAtATime))
  return parts.flatMap((part) => withShortLists(keys.with(at, { ...long, value: part.join('\\') })))
}

/**
 * The query as parameters of a search (PS3.18 §8.3.4): keys with values match, the others are asked for. Private keys only go
 * with the creator the identifier names.
 */
export function searchParametersOf(keys: readonly QueryKey[], isKept: (tag: Tag) => boolean = () => true): URLSearchParams {
  const parameters = new URLSearchParams()
  const included: string[] = []
  const add = (path: readonly Tag[], key: QueryKey): void => {
    const here = [...path, key.tag]
    if (key.items.length > 0) for (const inner of key.items) add(here, inner)
    else if (key.value === '') included.push(formatTag(here[0] ?? key.tag))
    else parameters.set(here.map(formatTag).join('.'), key.vr === 'UI' ? key.value.replaceAll('\\', ',') : key.value)
  }
  for (const key of keys) if (isKept(key.tag) && !isUncreated(key, keys)) add([], key)
  if (included.length > 0) parameters.set('includefield', [...new Set(included)].join(','))
  return parameters
}

/** A private key without the element that says whose it is means nothing. */
function isUncreated({ tag }: QueryKey, keys: readonly QueryKey[]): boolean {
  if (!isPrivate(tag) || isPrivateCreator(tag)) return false
  const creator = ((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0
  return !keys.some((key) => key.tag === creator && key.value !== '')
}

const isLevel = (level: string | undefined): level is QueryLevel => (levels as readonly (string | undefined)[]).includes(level)
