/** Searching by extra attributes, and answering with them. */
import { conditionOf, formatTag, isPrivate, isPrivateCreator, keywordOf, orderedJson, type Condition, type DicomJson, type MatchKey, type MatchOptions, type Tag } from '@isocenter/dicom'
import { rows, type Db } from '../platform/db.ts'
import type { Level } from './attributes.ts'
import { canonical, creatorOf, type ExtraAttribute } from './extra-attributes.ts'
import { valueSql } from './query-conditions.ts'
import { nameSql } from './query-names.ts'
import { fixed, joined, sql, type Sql } from './sql.ts'

/** A key of a search that an extra attribute answers. */
export interface ExtraKey {
  readonly key: MatchKey
  readonly attribute: ExtraAttribute
}

const order: readonly Level[] = ['study', 'series', 'instance']

/** The keys of a search that extra attributes answer, and those that only say whose they are. */
export function extraKeys(keys: readonly MatchKey[], attributes: readonly ExtraAttribute[], level: Level): { extra: ExtraKey[]; creators: MatchKey[] } {
  const reachable = attributes.filter((attribute) => order.indexOf(attribute.level) <= order.indexOf(level))
  const creators = new Map(keys.filter(({ path }) => isPrivateCreator(path.at(-1) ?? 0)).map((key) => [pathText(key.path), key]))
  const used = new Set<MatchKey>()
  const extra = keys.flatMap((key): ExtraKey[] => {
    const last = key.path.at(-1) ?? 0
    const creator = isPrivate(last) ? creators.get(pathText([...key.path.slice(0, -1), creatorOf(last)])) : undefined
    const attribute = reachable.find(({ path, privateCreator }) => pathText(path) === pathText(key.path.map(canonical)) && privateCreator === (creator?.value.trim() ?? ''))
    if (!attribute) return []
    if (creator) used.add(creator)
    return [{ key: { ...key, vr: attribute.vr }, attribute }]
  })
  return { extra, creators: [...used] }
}

const pathText = (path: readonly Tag[]): string => path.map(formatTag).join('.')

/** What a key says of its attribute; undefined when it matches everything. @throws MatchValueError */
export function extraSql({ key, attribute }: ExtraKey, level: Level, options: MatchOptions): Sql | undefined {
  const condition = conditionOf(key, options)
  if (condition.kind === 'universal') return undefined
  // A study of which any instance says so is found; an instance only by its own word, however high the attribute is searched by.
  const entity = fixed(`${level}.${level}_key = extra.${level}_key`)
  const rowsOf = (test: Sql): Sql => sql`exists (select from extra_value extra where extra.extra_attribute_key = ${attribute.extraAttributeKey}::bigint and ${entity} and ${test})`
  return conditionSql(condition, rowsOf)
}

function conditionSql(condition: Condition, rowsOf: (test: Sql) => Sql): Sql {
  switch (condition.kind) {
    case 'anyOf': return sql`(${joined(condition.conditions.map((one) => conditionSql(one, rowsOf)), ' or ')})`
    case 'empty': return sql`not ${rowsOf(sql`extra.value is not null`)}`
    case 'number': return rowsOf(sql`extra.number = ${condition.value}::double precision`)
    case 'nameGroup': case 'nameGroups': case 'nameWords': return rowsOf(nameSql('extra.value', undefined, condition))
    default: return rowsOf(valueSql('extra.value', condition))
  }
}

/** Names of the attributes whose values are not all there yet. */
export const unfilled = (extra: readonly ExtraKey[]): string[] =>
  extra.filter(({ attribute }) => !attribute.isFilled).map(({ attribute: { path } }) => path.map((tag) => keywordOf(tag) ?? formatTag(tag)).join('.'))

/** The extra attributes an answer holds: those matched by, and those asked for. Below the top level they are only matched. */
export function extraAnswered(extra: readonly ExtraKey[], attributes: readonly ExtraAttribute[], includefield: 'all' | readonly Tag[], level: Level): ExtraAttribute[] {
  const asked = includefield === 'all' ? undefined : new Set(includefield.map(canonical))
  return attributes.filter((attribute) => attribute.path.length === 1 && order.indexOf(attribute.level) <= order.indexOf(level)
    && (asked === undefined || asked.has(attribute.path[0] ?? 0) || extra.some((one) => one.attribute === attribute)))
}

const entities: Readonly<Record<'study' | 'series', { uid: string; tag: string }>> = {
  study: { uid: 'study.study_instance_uid', tag: '0020000D' },
  series: { uid: "study.study_instance_uid || ' ' || series.series_instance_uid", tag: '0020000E' },
}

/** The results of a search of studies or series with the values their instances have of extra attributes. */
export async function withExtraValues(db: Db, organisationId: string, level: 'study' | 'series', results: readonly string[], scopeStudy: string | undefined, answered: readonly ExtraAttribute[]): Promise<string[]> {
  if (results.length === 0 || answered.length === 0) return [...results]
  const parsed = results.map((text) => JSON.parse(text) as DicomJson)
  const identityOf = (json: DicomJson): string => {
    const study = scopeStudy ?? text(json, '0020000D')
    return level === 'study' ? study : `${study} ${text(json, '0020000E')}`
  }
  const { uid } = entities[level]
  const studies = [...new Set(parsed.map((json) => scopeStudy ?? text(json, '0020000D')))]
  const found = await rows<{ identity: string; extra_attribute_key: string; written: string[] }>(db, `
    select ${uid} as identity, extra_attribute_key, array_agg(distinct written) as written
    from study ${level === 'series' ? 'join series using (study_key)' : ''} join extra_value extra using (${level}_key)
    where study.organisation_id = ? and study_instance_uid = any(?::text[]) and extra_attribute_key = any(?::bigint[])
    group by 1, 2`, [organisationId, studies, answered.map(({ extraAttributeKey }) => extraAttributeKey)])
  const byIdentity = Map.groupBy(found, (row) => row.identity)
  const members = membersOf(answered)
  return parsed.map((json, index) => {
    const values = byIdentity.get(identityOf(json))
    if (!values) return results[index] ?? '{}'
    for (const { extra_attribute_key, written } of values) {
      for (const [tag, attribute] of members.get(extra_attribute_key)?.(written.map((value) => JSON.parse(value) as never)) ?? []) json[tag] = attribute
    }
    return orderedJson(json)
  })
}

function text(json: DicomJson, tag: string): string {
  const value = json[tag]?.Value?.[0]
  return typeof value === 'string' ? value : ''
}

type Members = [tag: string, attribute: NonNullable<DicomJson[string]>][]

/** How each attribute is answered: a private one with its creator, creators of one group in blocks of their own. */
function membersOf(answered: readonly ExtraAttribute[]): Map<string, (values: never[]) => Members> {
  const blocks = new Map<string, number>()
  const used = new Map<number, number>()
  return new Map(answered.map(({ extraAttributeKey, path: [tag = 0], privateCreator, vr }) => {
    if (privateCreator === '') return [extraAttributeKey, (Value) => [[formatTag(tag), { vr, Value }]]]
    const group = tag >>> 16
    const name = `${String(group)} ${privateCreator}`
    const block = blocks.get(name) ?? (used.get(group) ?? 0x0f) + 1
    blocks.set(name, block)
    used.set(group, Math.max(block, used.get(group) ?? 0))
    const inBlock = ((tag & 0xffff_00ff) | (block << 8)) >>> 0
    return [extraAttributeKey, (Value) => [[formatTag(creatorOf(inBlock)), { vr: 'LO', Value: [privateCreator] }], [formatTag(inBlock), { vr, Value }]]]
  }))
}
