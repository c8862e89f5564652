/**
 * Less than all metadata, an extension of ours: `includefield` names the attributes wanted, as it does in a search, and
 * `excludeprivate=true` leaves out private ones at every depth.
 */
import { formatTag, isPrivate, isPrivateCreator, orderedJson, tagOf, type DicomJson, type Keyword, type Tag } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import { invalidSearch } from '../problems.ts'
import { includedAttributes } from '../qido/params.ts'

/** What of each data set is answered. */
export interface MetadataSelection {
  readonly attributes: 'all' | readonly Tag[]
  readonly isPrivateExcluded: boolean
}

/** What tells whose metadata they are, and how its text is to be read: answered whatever is asked for. */
const always: readonly Keyword[] = ['SpecificCharacterSet', 'SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID']

/**
 * What a request selects; undefined when it wants everything.
 * @throws invalidSearch 400
 */
export function selectionOf(request: FastifyRequest): MetadataSelection | undefined {
  const start = request.url.indexOf('?')
  if (start < 0) return undefined
  const names: string[] = []
  let isPrivateExcluded = false
  for (const [name, value] of new URLSearchParams(request.url.slice(start))) {
    if (name.toLowerCase() === 'includefield') names.push(...value.split(','))
    if (name.toLowerCase() !== 'excludeprivate') continue
    if (value !== 'true' && value !== 'false') throw invalidSearch('excludeprivate is neither true nor false.')
    isPrivateExcluded = value === 'true'
  }
  const included = includedAttributes(names)
  const attributes = names.length === 0 ? 'all' : included
  return attributes === 'all' && !isPrivateExcluded ? undefined : { attributes, isPrivateExcluded }
}

/** The same selection has the same text. */
export const selectionText = (selection: MetadataSelection | undefined): string =>
  (selection ? `${selection.attributes === 'all' ? 'all' : selection.attributes.toSorted((a, b) => a - b).map(formatTag).join(',')} ${selection.isPrivateExcluded}` : '')

/** Makes the text of one data set that of what is selected of it. */
export function selector({ attributes, isPrivateExcluded }: MetadataSelection): (json: string) => string {
  const wanted = attributes === 'all' ? undefined : new Set([...always.map(tagOf), ...attributes, ...attributes.flatMap(creatorOf)].map(formatTag))
  return (json) => {
    const all = JSON.parse(json) as DicomJson
    const some: DicomJson = wanted ? Object.fromEntries(Object.entries(all).filter(([member]) => wanted.has(member))) : all
    return orderedJson(isPrivateExcluded ? withoutPrivate(some) : some)
  }
}

/** A private attribute is answered together with the element that says whose it is. */
const creatorOf = (tag: Tag): Tag[] => (isPrivate(tag) && !isPrivateCreator(tag) ? [((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0] : [])

function withoutPrivate(dataSet: DicomJson): DicomJson {
  return Object.fromEntries(Object.entries(dataSet).filter(([member]) => !isPrivate(Number.parseInt(member, 16))).map(([member, attribute]) =>
    [member, attribute.vr === 'SQ' && attribute.Value ? { ...attribute, Value: attribute.Value.map((item) => withoutPrivate(item as DicomJson)) } : attribute]))
}
