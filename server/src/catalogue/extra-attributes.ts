/** Attributes an organisation searches by beside those in attributes.ts, chosen by its administrators. */
import { attribute, formatTag, isPrivate, isPrivateCreator, parseTag, tagOf, type Keyword, type Tag, type VR } from '@isocenter/dicom'
import { rows, type Db } from '../platform/db.ts'
import { searchable, type Level } from './attributes.ts'

export interface ExtraAttribute {
  /** bigint as text */
  readonly extraAttributeKey: string
  readonly level: Level
  /** Sequences first; the block of a private attribute is 10 here, whatever it is in an object. */
  readonly path: readonly Tag[]
  /** '' for a standard attribute. */
  readonly privateCreator: string
  readonly vr: VR
  /** False while instances of before the attribute was added are still being read. */
  readonly isFilled: boolean
}

export interface NewExtraAttribute {
  readonly organisationId: string
  /** Level from which on searches can match it: at the study's, a study is found when any of its instances has the value. */
  readonly level: Level
  /** Keyword, tag, or a dotted path of them. */
  readonly attribute: string
  readonly privateCreator?: string | undefined
  /** Needed for private attributes; for others that of PS3.6 is taken. */
  readonly vr?: string | undefined
}

/** Why an attribute cannot be indexed; for the administrator who asked. */
export class ExtraAttributeRefused extends Error {
  override readonly name = 'ExtraAttributeRefused'
}

/** VRs whose values compare. */
const comparableVRs: ReadonlySet<string> = new Set(['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT', 'PN', 'SH', 'SL', 'SS', 'ST', 'SV', 'TM', 'UC', 'UI', 'UL', 'UR', 'US', 'UT', 'UV'])
/** Each is read for every instance that is stored. */
const mostAttributes = 32

/**
 * Adds an attribute; what is stored from now on is found by it, what is there already once it has been filled in.
 * @throws ExtraAttributeRefused
 */
export async function addExtraAttribute(db: Db, { organisationId, level, attribute: name, privateCreator = '', vr: givenVR }: NewExtraAttribute): Promise<ExtraAttribute> {
  const path = pathOf(name)
  const last = path.at(-1) ?? 0
  const vr = givenVR ?? attribute(last)?.vr[0]
  if (path.some(isPrivateCreator)) throw new ExtraAttributeRefused('A private creator says whose attributes are, and is none itself.')
  if (isPrivate(last) !== (privateCreator !== '')) throw new ExtraAttributeRefused('A private attribute needs its private creator, and no other attribute has one.')
  if (vr === undefined || !comparableVRs.has(vr)) throw new ExtraAttributeRefused('The attribute needs a VR whose values compare; --vr gives it for a private one.')
  if (path.length === 1 && Object.keys(searchable).some((keyword) => tagOf(keyword as Keyword) === last)) throw new ExtraAttributeRefused('The attribute is searched by already.')
  const all = await extraAttributes(db, organisationId)
  if (all.length >= mostAttributes) throw new ExtraAttributeRefused(`An organisation has at most ${String(mostAttributes)} of these.`)
  const [added] = await rows<Row>(db, `
    insert into extra_attribute (organisation_id, level, path, private_creator, vr) values (?, ?, ?, ?, ?)
    on conflict (organisation_id, path, private_creator) do nothing returning ${columns}`, [organisationId, level, path.map(canonical).map(formatTag).join('.'), privateCreator, vr])
  if (!added) throw new ExtraAttributeRefused('The organisation has this attribute already; remove it first to change it.')
  return toAttribute(added)
}

/** Removes an attribute with its values; false when the organisation has none such. */
export async function removeExtraAttribute(db: Db, organisationId: string, name: string, privateCreator = ''): Promise<boolean> {
  const path = pathOf(name).map(canonical).map(formatTag).join('.')
  return await db('extra_attribute').where({ organisation_id: organisationId, path, private_creator: privateCreator }).delete() > 0
}

/** The attributes of an organisation, in the order they were added. */
export async function extraAttributes(db: Db, organisationId: string): Promise<ExtraAttribute[]> {
  return (await rows<Row>(db, `select ${columns} from extra_attribute where organisation_id = ? order by extra_attribute_key`, [organisationId])).map(toAttribute)
}

/** The same attribute in block 10. */
export const canonical = (tag: Tag): Tag => (isPrivate(tag) && !isPrivateCreator(tag) ? ((tag & 0xffff_00ff) | 0x1000) >>> 0 : tag)

/** The element that says whose a private attribute is. */
export const creatorOf = (tag: Tag): Tag => ((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0

export interface Row {
  readonly extra_attribute_key: string
  readonly level: Level
  readonly path: string
  readonly private_creator: string
  readonly vr: VR
  readonly is_filled: boolean
}

export const columns = 'extra_attribute_key, level, path, private_creator, vr, is_filled'

export const toAttribute = (row: Row): ExtraAttribute => ({
  extraAttributeKey: row.extra_attribute_key,
  level: row.level,
  path: row.path.split('.').map((text) => parseTag(text) ?? 0),
  privateCreator: row.private_creator,
  vr: row.vr,
  isFilled: row.is_filled,
})

function pathOf(name: string): Tag[] {
  return name.split('.').map((part) => {
    const tag = parseTag(part) ?? attribute(part as Keyword)?.tag
    if (tag === undefined) throw new ExtraAttributeRefused(`${part} is neither a keyword of PS3.6 nor a tag of eight hexadecimal digits.`)
    return tag
  })
}
