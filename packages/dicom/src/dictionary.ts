/** The data dictionary: PS3.6 by tag and by keyword. */
import { attributesByKeyword } from './dictionary.generated.ts'
import { formatTag, isPrivate, type Tag } from './tag.ts'
import { isVR, type VR } from './vr.ts'

/** Keywords of PS3.6 (and of the command set, PS3.7 Annex E). */
export type Keyword = keyof typeof attributesByKeyword

export interface Attribute {
  /** Of a repeating group, e.g. (60xx,3000), the tag that was asked for, or the first of the group. */
  readonly tag: Tag
  readonly keyword: Keyword
  /** One or, where the data decide, several; none for items and delimiters. */
  readonly vr: readonly VR[]
  /** Value multiplicity as printed, e.g. `1`, `2-2n`. */
  readonly vm: string
  readonly retired: boolean
}

const attributes = new Map<Tag, Attribute>()
/** Tags with digits that vary: matched under a mask. */
const repeating: { mask: number; base: number; attribute: Attribute }[] = []
const tags = new Map<string, Tag>()
const vrLists = new Map<string, readonly VR[]>()

for (const keyword in attributesByKeyword) {
  const [pattern = '', vrs = '', vm = '1', retired] = attributesByKeyword[keyword as Keyword].split(' ')
  const tag = Number.parseInt(pattern.replaceAll('x', '0'), 16)
  const attribute: Attribute = { tag, keyword: keyword as Keyword, vr: vrList(vrs), vm, retired: retired === 'R' }
  tags.set(keyword, tag)
  if (!pattern.includes('x')) {
    attributes.set(tag, attribute)
  } else {
    const mask = Number.parseInt(pattern.replace(/[0-9A-F]/g, 'F').replaceAll('x', '0'), 16)
    repeating.push({ mask, base: tag, attribute })
  }
}

function vrList(text: string): readonly VR[] {
  let list = vrLists.get(text)
  if (!list) {
    list = text.split('|').filter(isVR)
    vrLists.set(text, list)
  }
  return list
}

/**
 * What PS3.6 says of an attribute, with repeating groups (50xx, 60xx …) found under each of their tags.
 * Undefined for private tags and for tags the standard does not define; group lengths (gggg,0000) are not attributes.
 */
export function attribute(tagOrKeyword: Tag | Keyword): Attribute | undefined {
  if (typeof tagOrKeyword === 'string') {
    const tag = tags.get(tagOrKeyword)
    return tag === undefined ? undefined : attribute(tag)
  }
  const exact = attributes.get(tagOrKeyword)
  if (exact || isPrivate(tagOrKeyword)) return exact
  for (const { mask, base, attribute } of repeating) {
    if ((tagOrKeyword & mask) >>> 0 === base) return { ...attribute, tag: tagOrKeyword }
  }
  return undefined
}

/** The tag of a keyword; of a repeating group's attribute, the first one's. */
export function tagOf(keyword: Keyword): Tag {
  const tag = tags.get(keyword)
  if (tag === undefined) throw new RangeError(`PS3.6 has no keyword ${keyword}.`)
  return tag
}

/** The keyword of a tag; undefined for private and unknown tags. */
export function keywordOf(tag: Tag): Keyword | undefined {
  return attribute(tag)?.keyword
}

/** Whether a text is a keyword of PS3.6. */
export function isKeyword(text: string): text is Keyword {
  return tags.has(text)
}

/** A tag for people: `00100010 PatientName`, or the digits alone when the dictionary lacks it. */
export function describeTag(tag: Tag): string {
  const keyword = keywordOf(tag)
  return keyword ? `${formatTag(tag)} ${keyword}` : formatTag(tag)
}
