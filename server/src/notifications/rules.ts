/** What an organisation lets its people be told (ADM-16): the ceiling under which everybody switches off for himself. */
import type { NotificationEvent, NotificationMethod, NotificationRuleRequest, NotificationScope, NotificationTiming } from '@isocenter/contracts'
import type { Db } from '../platform/db.ts'
import { eventCatalogue, isKnownEvent, possibleMethods } from './catalogue.ts'

export interface Rule {
  readonly isOn: boolean
  readonly methods: readonly NotificationMethod[]
  readonly scope: NotificationScope
  readonly timing: NotificationTiming
  /** 0: as the catalogue has it. */
  readonly version: number
}

export interface RuleRow {
  readonly event: string
  readonly is_on: boolean
  readonly methods: NotificationMethod[]
  readonly scope: NotificationScope
  readonly timing: NotificationTiming
  readonly version: number
}

export const everybody: NotificationScope = { roleIds: [], departmentIds: [], membershipIds: [] }

/** What holds where nobody has set anything. */
export const defaultRule = (event: NotificationEvent): Rule => ({ isOn: true, methods: eventCatalogue[event].methods, scope: everybody, timing: {}, version: 0 })

/** A rule as it holds: whatever stands in the database, safety messages reach the list of everybody they are for, at once. */
export function inForce(event: NotificationEvent, rule: Rule): Rule {
  const entry = eventCatalogue[event]
  const methods = possibleMethods(entry).filter((method) => rule.methods.includes(method) || (entry.isSafety === true && method === 'inApp'))
  return entry.isSafety === true ? { ...rule, isOn: true, methods, scope: everybody, timing: {} } : { ...rule, methods }
}

export const toRule = (row: RuleRow): Rule => ({ isOn: row.is_on, methods: row.methods, scope: row.scope, timing: row.timing, version: row.version })

/** The rule an event of this organisation follows. */
export async function ruleOf(db: Db, organisationId: string, event: NotificationEvent): Promise<Rule> {
  const row = await db('notification_rule').where({ organisation_id: organisationId, event }).first<RuleRow | undefined>()
  return inForce(event, row === undefined ? defaultRule(event) : toRule(row))
}

/** Rules of an organisation that are not the catalogue's, by their event. */
export async function rulesSet(db: Db, organisationId: string): Promise<ReadonlyMap<NotificationEvent, Rule>> {
  const found = await db('notification_rule').where({ organisation_id: organisationId }).select<RuleRow[]>()
  return new Map(found.flatMap((row) => (isKnownEvent(row.event) ? [[row.event, inForce(row.event, toRule(row))] as const] : [])))
}

/** Why a rule cannot be as asked, in words; undefined where it can. */
export function refusalOf(event: NotificationEvent, { isOn, methods, scope, timing }: NotificationRuleRequest): string | undefined {
  const entry = eventCatalogue[event]
  const isNarrowed = Object.values(scope).some((list) => list.length > 0)
  if (methods.some((method) => !possibleMethods(entry).includes(method))) return 'This event cannot go by one of these methods.'
  if (isNarrowed && entry.to === 'account') return 'This event is told to the person it is about.'
  if (timing.quiet !== undefined && timing.quiet.from === timing.quiet.to) return 'A quiet time that never ends keeps everything back.'
  if (entry.isSafety !== true) return undefined
  if (!isOn || !methods.includes('inApp')) return 'A message of safety cannot be switched off.'
  if (isNarrowed || timing.digestAt !== undefined || timing.quiet !== undefined) return 'A message of safety is not narrowed or delayed.'
  return undefined
}
