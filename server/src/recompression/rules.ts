/** By which rule an organisation's objects are compressed, and how far that has come. */
import { rows, type Db } from '../platform/db.ts'

export interface RecompressionRule {
  readonly organisationId: string
  /** undefined: all of them */
  readonly modalities: readonly string[] | undefined
  readonly sopClasses: readonly string[] | undefined
  readonly transferSyntaxes: readonly string[]
  /** Whole hours since an object was stored. */
  readonly minimumAgeHours: number
  /** Hours of the day, UTC, from the one to before the other; equal ones mean always. */
  readonly fromHour: number
  readonly toHour: number
  /** Bytes of stored objects taken a second, on average. */
  readonly bytesPerSecond: number
}

/** A rule at work. */
export interface RuleState extends RecompressionRule {
  /** False: it rests. */
  readonly isActive: boolean
  /** What it has compressed is being put back. */
  readonly isReversing: boolean
  /** The last instance looked at: bigint as text. */
  readonly visitedTo: string
  readonly recompressed: number
  readonly leftAlone: number
  /** How many of those for which reason. */
  readonly leftBecause: Readonly<Record<string, number>>
  readonly savedBytes: number
  /** It rests until then: a reversal that came to its end and left some behind. */
  readonly resumesAt: Date | undefined
}

interface RuleRow {
  readonly organisation_id: string
  readonly is_active: boolean
  readonly is_reversing: boolean
  readonly modalities: string[] | null
  readonly sop_classes: string[] | null
  readonly transfer_syntaxes: string[]
  readonly minimum_age_hours: number
  readonly from_hour: number
  readonly to_hour: number
  readonly bytes_per_second: string
  readonly visited_to: string
  readonly recompressed: string
  readonly left_alone: string
  readonly left_because: Record<string, number>
  readonly resumes_at: Date | null
  readonly saved_bytes: string
}

/** The rules of all organisations, those that rest among them. */
export async function recompressionRules(db: Db): Promise<RuleState[]> {
  return (await rows<RuleRow>(db, 'select * from recompression_rule order by organisation_id', [])).map((row) => ({
    organisationId: row.organisation_id, isActive: row.is_active, isReversing: row.is_reversing,
    modalities: row.modalities ?? undefined, sopClasses: row.sop_classes ?? undefined, transferSyntaxes: row.transfer_syntaxes,
    minimumAgeHours: row.minimum_age_hours, fromHour: row.from_hour, toHour: row.to_hour, bytesPerSecond: Number(row.bytes_per_second),
    visitedTo: row.visited_to, recompressed: Number(row.recompressed), leftAlone: Number(row.left_alone), leftBecause: row.left_because,
    savedBytes: Number(row.saved_bytes), resumesAt: row.resumes_at ?? undefined,
  }))
}

/** What a rule that comes by all objects once more has seen of them. */
const fromTheBeginning = { visited_to: 0, left_alone: 0, left_because: '{}', resumes_at: null } as const

/** Sets an organisation's rule and begins with its oldest instance again: under another rule others may pass. */
export async function setRule(db: Db, rule: RecompressionRule): Promise<void> {
  const row = {
    organisation_id: rule.organisationId, is_active: true, is_reversing: false, ...fromTheBeginning,
    modalities: rule.modalities ? [...rule.modalities] : null, sop_classes: rule.sopClasses ? [...rule.sopClasses] : null, transfer_syntaxes: [...rule.transferSyntaxes],
    minimum_age_hours: rule.minimumAgeHours, from_hour: rule.fromHour, to_hour: rule.toHour, bytes_per_second: rule.bytesPerSecond,
  }
  await db('recompression_rule').insert(row).onConflict('organisation_id').merge()
}

/** Lets a rule rest, or puts back what it has compressed; false when the organisation has none. */
export async function endRule(db: Db, organisationId: string, { isReversing }: { readonly isReversing: boolean }): Promise<boolean> {
  const seen = isReversing ? fromTheBeginning : { visited_to: 0, resumes_at: null }
  return await db('recompression_rule').where({ organisation_id: organisationId }).update({ is_active: isReversing, is_reversing: isReversing, ...seen }) > 0
}

/** What came of objects a rule has come by. */
export interface Came {
  readonly recompressed: number
  readonly savedBytes: number
  /** Why one was left as it is; undefined when none was. */
  readonly leftBecause: string | undefined
}

/** Notes how far a rule has come; not where it has been set anew meanwhile. */
export async function noteVisited(db: Db, { organisationId, isReversing }: RuleState, visitedTo: string, { recompressed, savedBytes, leftBecause }: Came): Promise<void> {
  await rows(db, `
    update recompression_rule set visited_to = ?, recompressed = recompressed + ?, saved_bytes = saved_bytes + ?,
      left_alone = left_alone + case when why is null then 0 else 1 end,
      left_because = case when why is null then left_because else left_because || jsonb_build_object(why, coalesce((left_because ->> why)::bigint, 0) + 1) end
    from (select ?::text as why) came
    where organisation_id = ? and is_reversing = ? and visited_to <= ?::bigint`, [visitedTo, recompressed, savedBytes, leftBecause ?? null, organisationId, isReversing, visitedTo])
}

/** Lets a reversal that has come to its end, with some left behind, rest until it begins again; why they were left stays to be read. */
export async function resumeReversal(db: Db, organisationId: string, resumesAt: Date): Promise<void> {
  await db('recompression_rule').where({ organisation_id: organisationId, is_reversing: true }).update({ visited_to: 0, resumes_at: resumesAt })
}

/** Begins with the oldest instance again. */
export async function beginRound(db: Db, organisationId: string): Promise<void> {
  await db('recompression_rule').where({ organisation_id: organisationId, is_reversing: true }).update(fromTheBeginning)
}
