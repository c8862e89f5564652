import type { AuditEntry } from '@isocenter/contracts'

/** What a screen does by itself many times while somebody looks at one thing. How often is in the trail; a feed tells what he did. */
const readings: ReadonlySet<string> = new Set(['study.search', 'study.retrieve'])
export const isReading = ({ action }: Pick<AuditEntry, 'action'>): boolean => readings.has(action)

/** Reading that goes on with no longer a pause is one reading. */
const pauseMs = 10 * 60_000

/**
 * Entries as a feed tells them: of a person's reading of one study, or searching, the latest entry stands for all.
 * @param entries the latest first
 */
export function feedOf(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  const earliest = new Map<string, number>()
  return entries.filter((entry) => {
    if (!isReading(entry)) return true
    const { actor, action, outcome, StudyInstanceUID = '', occurredAt } = entry
    const what = [actor.kind, actor.id, action, outcome, StudyInstanceUID].join(' ')
    const at = Date.parse(occurredAt)
    const later = earliest.get(what)
    earliest.set(what, at)
    return later === undefined || later - at > pauseMs
  })
}
