/** Handing the sealed trail on to an audit repository: in order, each entry at least once, from where the last process was. */
import type { AuditAction, AuditOutcome } from '@isocenter/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { rows, type Db } from '../platform/db.ts'
import { startRepeating, type Repeating } from '../platform/repeating.ts'
import { auditMessage, type MessageSource } from './dicom-message.ts'
import { sendSyslog, type SyslogTarget } from './syslog.ts'

const reader = 'syslog'
const entriesAtOnce = 500
const intervalMs = 10_000
const longestPauseMs = 5 * 60_000

export interface ForwardingDeps {
  readonly db: Db
  readonly target: SyslogTarget
  readonly source: MessageSource
}

interface EntryRow {
  readonly audit_event_id: string
  readonly occurred_at: Date
  readonly actor: string
  readonly actor_name: string | null
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly study_instance_uid: string | null
  readonly patient_id: string | null
  readonly occurrences: number
  readonly address: string | null
  readonly organisation_number: string
}

// Sealed entries alone: what is sealed is whole up to there, so that nothing is skipped that commits late.
const pendingSql = `
  select audit_event_id, coalesce(occurred_at, at) as occurred_at, actor, account.name as actor_name, action, outcome, event.study_instance_uid, coalesce(event.patient_id, study.patient_id) as patient_id,
    occurrences, address, organisation.number as organisation_number
  from audit_event event join organisation using (organisation_id)
    left join account on account.account_id = case when actor ~ '^account:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then substr(actor, 9)::uuid end
    left join study on study.organisation_id = event.organisation_id and study.study_instance_uid = event.study_instance_uid
  where audit_event_id > ? and audit_event_id <= (select max(last_event) from audit_seal) order by audit_event_id limit ?`

/**
 * Sends what is sealed and was not sent; how many entries. Of several processes one does it: the lock is a transaction's without a snapshot, so
 * that a repository that is slow holds nobody up. What was sent is noted when all of it has arrived: a process that dies before that has it sent again.
 */
export async function forwardTrail({ db, target, source }: ForwardingDeps): Promise<number> {
  let sent = 0
  for (;;) {
    const some = await db.transaction(async (trx) => {
      const [lock] = await rows<{ is_mine: boolean }>(trx, `select pg_try_advisory_xact_lock(hashtextextended('isocenter audit forwarding', 0)) as is_mine`, [])
      if (!lock?.is_mine) return 0
      await trx('audit_reader').insert({ reader }).onConflict('reader').ignore()
      const { through_event: after } = await trx('audit_reader').where({ reader }).first<{ through_event: string }>('through_event')
      const found = await rows<EntryRow>(trx, pendingSql, [after, entriesAtOnce])
      const last = found.at(-1)
      if (last === undefined) return 0
      await sendSyslog(target, found.map((row) => ({ at: row.occurred_at, content: auditMessage(toEntry(row), source) })), source.host)
      await trx('audit_reader').where({ reader }).update({ through_event: last.audit_event_id, updated_at: trx.fn.now() })
      return found.length
    })
    sent += some
    if (some < entriesAtOnce) return sent
  }
}

const toEntry = (row: EntryRow) => ({
  id: row.audit_event_id, occurredAt: row.occurred_at, actor: row.actor, actorName: row.actor_name ?? undefined, action: row.action, outcome: row.outcome, StudyInstanceUID: row.study_instance_uid ?? undefined,
  PatientID: row.patient_id ?? undefined, occurrences: row.occurrences, address: row.address ?? undefined, organisationNumber: row.organisation_number,
})

/** Forwards again and again until closed; after a failure with growing pauses. Without a target the repository's place in the trail is forgotten, so that it does not keep old entries from being cut. */
export function startForwarding({ db, target, source, log }: Omit<ForwardingDeps, 'target'> & { readonly target: SyslogTarget | undefined; readonly log: Pick<FastifyBaseLogger, 'warn'> }): Repeating {
  let pauseMs = intervalMs
  return startRepeating({
    round: async () => {
      if (target === undefined) {
        await db('audit_reader').where({ reader }).delete()
        return
      }
      await forwardTrail({ db, target, source })
      pauseMs = intervalMs
    },
    pauseMs: () => pauseMs,
    onError: (error) => {
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      log.warn({ err: error }, 'the audit repository was not reached; it will be tried again')
    },
  })
}
