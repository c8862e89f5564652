/** The values of extra attributes: taken from an instance's attributes, kept in rows. */
import { comparable, formatTag, isPrivate, textOf, type DicomJson, type Tag } from '@isocenter/dicom'
import { rows, type Trx } from '../platform/db.ts'
import { searchableCharacters } from './attributes.ts'
import { columns, creatorOf, toAttribute, type ExtraAttribute, type Row } from './extra-attributes.ts'
import { withRows } from './json-rows.ts'
import type { Placed } from './store-instances.ts'

/** One value as its row has it. */
export interface ExtraValue {
  readonly extra_attribute_key: string
  readonly place: number
  readonly value: string | null
  readonly number: number | null
  readonly written: string
}

/** Values of one attribute that are kept of one instance. */
const mostValues = 64

/** What an instance's attributes say of extra attributes. */
export function extraValuesOf(attributes: DicomJson, wanted: readonly ExtraAttribute[]): ExtraValue[] {
  return wanted.flatMap(({ extraAttributeKey, path, privateCreator, vr }) =>
    valuesAt(attributes, path, privateCreator).slice(0, mostValues).flatMap((written, place) => {
      const text = textOf(written)
      if (text === undefined) return []
      const value = comparable(vr, text)
      return [{
        extra_attribute_key: extraAttributeKey,
        place,
        value: value === undefined ? null : Array.from(value).slice(0, searchableCharacters(vr)).join(''),
        number: isNumeric(text) ? Number(text) : null,
        written: JSON.stringify(written),
      }]
    }))
}

const isNumeric = (text: string): boolean => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))

function valuesAt(dataSet: DicomJson, path: readonly Tag[], privateCreator: string): readonly unknown[] {
  const [tag, ...deeper] = path
  if (tag === undefined) return []
  const values = dataSet[formatTag(isPrivate(tag) ? inBlockOf(dataSet, tag, privateCreator) : tag)]?.Value ?? []
  return deeper.length === 0 ? values : values.flatMap((item) => (typeof item === 'object' && item !== null ? valuesAt(item as DicomJson, deeper, privateCreator) : []))
}

/** A private attribute stands in whatever block its creator has taken in this data set (PS3.5 §7.8.1); the tag itself where it has taken none. */
function inBlockOf(dataSet: DicomJson, tag: Tag, privateCreator: string): Tag {
  for (let block = 0x10; block <= 0xff; block++) {
    const inBlock = ((tag & 0xffff_00ff) | (block << 8)) >>> 0
    const creator = dataSet[formatTag(creatorOf(inBlock))]?.Value?.[0]
    if (typeof creator === 'string' && creator.trim() === privateCreator) return inBlock
  }
  return creatorOf(tag)
}

const removeStatement = {
  name: 'remove-extra-values',
  text: `
    delete from extra_value using json_to_recordset($1) as given(series_key bigint, sop_instance_uid text), instance
    where instance.series_key = given.series_key and instance.sop_instance_uid = given.sop_instance_uid and extra_value.instance_key = instance.instance_key`,
}

const insertStatement = {
  name: 'insert-extra-values',
  text: `
    insert into extra_value (extra_attribute_key, instance_key, series_key, study_key, place, value, number, written)
    select given.extra_attribute_key, instance.instance_key, instance.series_key, instance.study_key, given.place, given.value, given.number, given.written
    from json_to_recordset($1) as given(series_key bigint, sop_instance_uid text, extra_attribute_key bigint, place smallint, value text, number double precision, written text)
      join instance on instance.series_key = given.series_key and instance.sop_instance_uid = given.sop_instance_uid
    on conflict do nothing`,
}

/** Keeps the values of what a batch stored; those of the instances it superseded go. Their studies are locked. */
export async function storeExtraValues(trx: Trx, created: readonly Placed[], superseding: readonly Placed[]): Promise<void> {
  const all = [...created, ...superseding]
  const organisations = [...new Set(all.map(({ prepared }) => prepared.access.organisationId))]
  if (organisations.length === 0) return
  const wanted = await rows<Row & { organisation_id: string }>(trx, `select ${columns}, organisation_id from extra_attribute where organisation_id = any(?::bigint[])`, [organisations])
  if (wanted.length === 0) return
  const byOrganisation = Map.groupBy(wanted, (row) => row.organisation_id)
  const keyOf = ({ prepared, series }: Placed) => ({ series_key: series.seriesKey, sop_instance_uid: prepared.instance.SOPInstanceUID })
  if (superseding.length > 0) await withRows(trx, removeStatement, superseding.map(keyOf))
  const values = all.flatMap((placed) => {
    const { access, instance } = placed.prepared
    return extraValuesOf(instance.attributes, (byOrganisation.get(access.organisationId) ?? []).map(toAttribute)).map((value) => ({ ...keyOf(placed), ...value }))
  })
  if (values.length > 0) await withRows(trx, insertStatement, values)
}

/** An instance whose attributes say something else than they did, though it is the same version. Its study is locked. */
export async function restateExtraValues(trx: Trx, organisationId: string, instance: { readonly instance_key: string; readonly series_key: string; readonly study_key: string }, attributes: DicomJson): Promise<void> {
  const wanted = await rows<Row>(trx, `select ${columns} from extra_attribute where organisation_id = ?`, [organisationId])
  if (wanted.length === 0) return
  await trx('extra_value').where({ instance_key: instance.instance_key }).delete()
  const values = extraValuesOf(attributes, wanted.map(toAttribute)).map((value) => ({ ...instance, ...value }))
  if (values.length > 0) await trx('extra_value').insert(values)
}
