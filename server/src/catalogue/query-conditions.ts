import { keywordOf, type Condition, type MatchPlan } from '@isocenter/dicom'
import { searchable, searchableRequest, type Searchable, type SearchableKeyword } from './attributes.ts'
import { momentSql } from './query-moments.ts'
import { hasTrigram, likePattern, nameSql, unindexed } from './query-names.ts'
import { fixed, joined, sql, type Sql } from './sql.ts'

/** What of a search's plan the statement's shape already sees to. */
export interface Shape {
  /** Column that the studies are walked by: the study's own, or the side table's when that drives the walk. */
  readonly sortKey: 'study.sort_key' | 'study_modality.sort_key'
  /** The one value of ModalitiesInStudy that the walk is confined to already. */
  readonly modality: string | undefined
}

/**
 * Every condition of a plan as one SQL condition each, all of which must hold. The plan must only have attributes of the table.
 * The same truth as `matchesPlan` on the study's, series' and instance's attributes.
 */
export function planSql(plan: MatchPlan, shape: Shape): Sql[] {
  return [
    ...plan.conditions.flatMap(({ tag, condition }) => {
      const keyword = keywordOf(tag)
      if (keyword === undefined || !isSearchable(keyword)) throw new RangeError(`${String(keyword)} is not in the table of searchable attributes.`)
      return keyword === 'ModalitiesInStudy' && shape.modality !== undefined ? [] : [attributeSql(keyword, condition, shape)]
    }),
    ...plan.dateTimes.map((moment) => momentSql(moment, shape.sortKey)),
    ...plan.sequences.map(({ plan }) => requestSql(plan)),
  ]
}

/** Whether the table has an attribute. */
export const isSearchable = (keyword: string): keyword is SearchableKeyword => Object.hasOwn(searchable, keyword)

function attributeSql(keyword: SearchableKeyword, condition: Condition, shape: Shape): Sql {
  if (condition.kind === 'anyOf') return sql`(${joined(condition.conditions.map((one) => attributeSql(keyword, one, shape)), ' or ')})`
  const attribute: Searchable = searchable[keyword]
  const column = `${attribute.level}.${attribute.column}`
  // The study's row says which classes its instances are of: that index is a hundredth of what one over all instances would be.
  if (keyword === 'SOPClassUID' && condition.kind === 'equal') return sql`(${valueSql(column, condition)} and study.sop_classes_in_study && ${[...condition.values]}::text[])`
  switch (attribute.match) {
    case 'modalities': return modalitiesSql(condition)
    case 'uids':
      if (condition.kind === 'empty') return sql`${fixed(column)} = '{}'`
      if (condition.kind === 'equal') return sql`${fixed(column)} && ${[...condition.values]}::text[]`
      return valueSql(column, condition)
    case 'name':
      switch (condition.kind) {
        case 'nameGroup': case 'nameGroups': case 'nameWords':
          return sql`(${nameSql(`${column}_search`, attribute.tokens && `${attribute.level}.${attribute.tokens}`, condition)})`
        default: return valueSql(`${column}_search`, condition)
      }
    case 'integer': return condition.kind === 'number' ? valueSql(`${attribute.level}.${attribute.number}`, condition) : valueSql(column, condition)
    case 'text': return textSql(attribute, column, condition)
    case 'date': return keyword === 'StudyDate' && condition.kind === 'range' ? studyDateSql(condition, shape) : valueSql(column, condition)
    default: return valueSql(column, condition)
  }
}

/** Two Chinese characters make no trigram; by their tokens the index finds them, and LIKE then looks closely. */
function textSql({ level, tokens: tokensColumn }: Extract<Searchable, { match: 'text' }>, column: string, condition: Condition): Sql {
  if (condition.kind !== 'pattern') return valueSql(column, condition)
  const literals = condition.pattern.flatMap((part) => (typeof part === 'object' ? [part.text] : []))
  const tokens = tokensColumn === undefined ? [] : [...new Set(literals.flatMap(ideographicTokens))]
  const like = likePattern(condition.pattern)
  const isLookedUp = typeof condition.pattern[0] === 'object' || hasTrigram(like)
  const test = sql`${fixed(column)} like ${like}`
  const exact = tokens.length > 0 || !isLookedUp ? unindexed(test) : test
  return tokens.length === 0 || tokensColumn === undefined ? exact : sql`${fixed(`${level}.${tokensColumn}`)} @> ${tokens}::text[] and ${exact}`
}

/**
 * Those of the tokens of SQL's ideographic_tokens that say most: the two-character ones, single characters where they stand alone.
 * Naming what they imply as well would make Postgres think the rows far fewer than they are.
 */
function ideographicTokens(text: string): string[] {
  return (text.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu) ?? []).flatMap((run) => {
    const characters = Array.from(run)
    return characters.length === 1 ? characters : characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)
  })
}

/** A condition on a column that holds one value in its comparable form, null when there is none. */
export function valueSql(column: string, condition: Condition): Sql {
  const value = fixed(column)
  switch (condition.kind) {
    case 'empty': return sql`${value} is null`
    case 'equal': return condition.values.length === 1 ? sql`${value} = ${condition.values[0] ?? ''}` : sql`${value} = any(${[...condition.values]}::text[])`
    // Said to be a bigint, or a number too large for a column of four bytes would be an error instead of matching nothing.
    case 'number': return sql`${value} = ${condition.value}::bigint`
    case 'pattern': return sql`${value} like ${likePattern(condition.pattern)}`
    case 'range': return sql`(${joined([
      ...(condition.from === undefined ? [] : [sql`${value} >= ${condition.from}`]),
      ...(condition.to === undefined ? [] : [sql`${value} <= ${condition.to}`]),
    ], ' and ')})`
    default: throw new RangeError(`A condition of kind ${condition.kind} does not belong to ${column}.`)
  }
}

/** On the sort key, whose index then walks just these days; no time of day is later than the one put behind the last. */
function studyDateSql({ from, to }: { readonly from?: string; readonly to?: string }, { sortKey }: Shape): Sql {
  const key = fixed(sortKey)
  return joined([
    ...(from === undefined ? [sql`study.study_date is not null`] : [sql`${key} >= ${from}`]),
    ...(to === undefined ? [] : [sql`${key} <= ${`${to}235960.999999`}`]),
  ], ' and ')
}

function modalitiesSql(condition: Condition): Sql {
  if (condition.kind === 'empty') return sql`study.modalities_in_study = '{}'`
  return sql`exists (select from study_modality where study_modality.study_key = study.study_key and ${valueSql('study_modality.modality', condition)})`
}

/**
 * Keys inside RequestAttributesSequence: one item has to satisfy them all (PS3.4 §C.2.2.2.6). Without items an empty one is tried,
 * which only empty-value matching finds. Single values go through the index as well.
 */
function requestSql({ conditions }: MatchPlan): Sql {
  const known = conditions.map(({ tag, condition }) => ({ keyword: keywordOf(tag) ?? '', condition }))
  const single = known.flatMap(({ keyword, condition }) => (condition.kind === 'equal' && condition.values.length === 1 ? [[keyword, condition.values[0] ?? '']] : []))
  const inItem = sql`exists (
      select from jsonb_array_elements(case series.request_attributes when '[]' then '[{}]' else series.request_attributes end) as request(item)
      where ${joined(known.map(({ keyword, condition }) => itemSql(keyword, condition)), ' and ')})`
  if (single.length === 0) return inItem
  return sql`series.request_attributes @> ${JSON.stringify([Object.fromEntries(single)])}::jsonb and ${inItem}`
}

function itemSql(keyword: string, condition: Condition): Sql {
  if (!Object.hasOwn(searchableRequest, keyword)) throw new RangeError(`${keyword} is not matched inside RequestAttributesSequence.`)
  if (condition.kind === 'anyOf') return sql`(${joined(condition.conditions.map((one) => itemSql(keyword, one)), ' or ')})`
  return valueSql(`request.item->>'${keyword}'`, condition)
}
