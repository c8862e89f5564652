// The audit trail when it has grown, in the scratch database that DATABASE_URL names, which is migrated:
//   DATABASE_URL=postgres://… node server/bench/audit-trail.ts 5000000 [runs, 20]
// Fills a year with events as an installation writes them: nine tenths of one large organisation, two hundred actors, studies by the ten thousand, one in
// a thousand refused, one in five with a patient. Then measures pages of the log by what people look for, an export, sealing and verifying. Ends with
// exit code 1 when most pages of one kind take a second.
import { auditActionNames, type AuditFilter } from '@isocenter/contracts'
import { migrate } from '@isocenter/migrations'
import { exportEntries } from '../src/audit/export.ts'
import { createSealSigner, sealTrail } from '../src/audit/seal.ts'
import { findEvents } from '../src/audit/search.ts'
import { verifyTrail } from '../src/audit/index.ts'
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { accessTo } from '../src/catalogue/search.fixture.ts'
import { createDb, rows } from '../src/platform/db.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const eventCount = Number(process.argv[2] ?? 5_000_000)
const runs = Number(process.argv[3] ?? 20)
const sealedEvents = 200_000
const piece = 500_000

await migrate(url)
const db = createDb(url, 4)
const organisationId = (await ensureDefaultOrganisation(db, 'large')).organisationId
const small = (await ensureDefaultOrganisation(db, 'small')).organisationId
const since = (started: number) => performance.now() - started

const [known] = await rows<{ events: string }>(db, 'select count(*) as events from audit_event', [])
const began = performance.now()
for (let from = Number(known?.events ?? 0); from < eventCount; from += piece) {
  // Common actions commonly: searches and reads are four of five.
  await rows(db, `
    insert into audit_event (organisation_id, at, actor, action, outcome, study_instance_uid, patient_id, occurrences, detail, address, user_agent)
    select case when n % 10 = 0 then ?::bigint else ?::bigint end, now() - interval '365 days' + n * (interval '365 days' / ?::float8),
      case when n % 7 = 0 then 'gateway:' else 'account:' end || '00000000-0000-4000-8000-' || lpad((n * 7919 % 200)::text, 12, '0'),
      case n % 10 when 0 then 'study.search' when 1 then 'study.search' when 2 then 'study.retrieve' when 3 then 'study.retrieve' when 4 then 'study.retrieve' when 5 then 'study.store' when 6 then 'study.search'
        when 7 then 'study.retrieve' when 8 then 'worklist.read' else (?::text[])[1 + (n / 10) % ?] end,
      case when n % 1000 = 17 then 'refused' else 'success' end,
      case when n % 10 between 2 and 7 then '1.2.826.0.1.3680043.' || (n * 7907 % 40000) end, case when n % 5 = 0 then 'P' || (n * 104729 % 30000) end, 1 + n % 9,
      '{"instances": 3, "bytes": 1572864}', '192.0.2.' || n % 250, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'
    from generate_series(?::bigint, ?::bigint) as n`,
  [small, organisationId, eventCount, auditActionNames, auditActionNames.length, from, Math.min(from + piece, eventCount) - 1])
  process.stderr.write(`${String(Math.min(from + piece, eventCount))} events after ${(since(began) / 1000).toFixed(0)} s\n`)
}
await rows(db, 'vacuum (analyze) audit_event', [])
const [size] = await rows<{ table: string; indexes: string }>(db, `select pg_size_pretty(pg_table_size('audit_event')) as table, pg_size_pretty(pg_indexes_size('audit_event')) as indexes`, [])
console.log(`${String(eventCount)} events: table ${String(size?.table)}, indexes ${String(size?.indexes)}`)

const actor = 'account:00000000-0000-4000-8000-000000000042'
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const cases: Readonly<Record<string, AuditFilter & { withoutMachineReads?: boolean }>> = {
  'everything': {}, 'home log': { withoutMachineReads: true }, 'an actor': { actor }, 'an actor that did nothing': { actor: 'account:00000000-0000-4000-8000-999999999999' }, 'an actor, 300 days ago': { actor, to: ago(300) },
  'a study': { StudyInstanceUID: '1.2.826.0.1.3680043.39' }, 'a study nobody has': { StudyInstanceUID: '1.2.3' }, 'a patient': { PatientID: 'P4711' },
  'study.retrieve (common)': { action: ['study.retrieve'] }, 'role.change (rare)': { action: ['role.change'] }, 'log.cut and fee.change': { action: ['log.cut', 'fee.change'] }, 'group signIn': { group: ['signIn'] }, 'group maintenance': { group: ['maintenance'] },
  'an actor, role.change': { actor, action: ['role.change'] }, 'an actor, study.retrieve in May': { actor, action: ['study.retrieve'], from: ago(200), to: ago(170) },
  'refused': { outcome: 'refused' }, 'failed (none)': { outcome: 'failed' }, 'refused by an actor': { outcome: 'refused', actor }, 'refused study.delete': { outcome: 'refused', action: ['study.delete'] },
  'a week, 300 days ago': { from: ago(307), to: ago(300) }, 'keyword Firefox (stretch)': { keyword: 'Firefox' }, 'keyword of a study': { keyword: '3680043.39' },
}
const access = accessTo(organisationId)
console.log(`${String(runs)} runs; ms\n${'page of 50'.padEnd(34)}     p50      p95      max  rows`)
let slowOnes = 0
for (const [name, query] of Object.entries(cases)) {
  const times: number[] = []
  let found = 0
  for (let run = 0; run < runs + 2; run++) {
    const started = performance.now()
    found = (await findEvents(db, { ...query, organisationId }, { cursor: undefined, limit: 50 })).rows.length
    if (run >= 2) times.push(since(started))
  }
  times.sort((one, other) => one - other)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1).padStart(9)
  const isSlow = (times[Math.floor(times.length / 2)] ?? 0) > 1_000
  if (isSlow) slowOnes++
  console.log(`${name.padEnd(34)}${at(0.5)}${at(0.95)}${at(1)}${String(found).padStart(6)}${isSlow ? '  SLOW' : ''}`)
}

for (const format of ['csv', 'xlsx'] as const) {
  const started = performance.now()
  let bytes = 0
  for await (const chunk of exportEntries(db, access, { from: ago(5) }, { format, language: 'en', now: new Date() })) bytes += Buffer.byteLength(chunk as Buffer)
  const [counted] = await rows<{ events: string }>(db, 'select count(*) as events from audit_event where organisation_id = ? and at >= ?', [organisationId, ago(5)])
  const seconds = since(started) / 1000
  console.log(`export of ${String(counted?.events)} entries as ${format}: ${seconds.toFixed(1)} s, ${(Number(counted?.events) / seconds).toFixed(0)} a second, ${(bytes / 1024 ** 2).toFixed(1)} MiB; memory ${(process.memoryUsage().rss / 1024 ** 2).toFixed(0)} MiB`)
}

const signer = createSealSigner({ signing: { kid: 'bench', key: undefined as never }, sealing: new Map([['bench', Buffer.alloc(32, 1)]]) })
const [first] = await rows<{ id: string }>(db, 'select audit_event_id::text as id from audit_event order by audit_event_id desc offset ? limit 1', [sealedEvents])
const [chained] = await rows<{ seals: string }>(db, 'select count(*) as seals from audit_seal', [])
if (chained?.seals === '0') {
  // The latest alone: the rate is the same for all.
  await rows(db, `insert into audit_cut (seal, hash, last_event, cut_at, last_at, signature, signed_with) values (1, ?, ?, now(), now() - interval '400 days', '\\x', 'bench')`, [Buffer.alloc(32), first?.id ?? '0'])
}
const sealingBegan = performance.now()
const sealed = await sealTrail(db, signer, () => new Date())
if (sealed > 0) console.log(`sealing: ${(sealed / since(sealingBegan) * 1000).toFixed(0)} events a second`)
const verifyingBegan = performance.now()
const { events } = await verifyTrail({ db, signer, now: () => new Date() })
const rate = events / since(verifyingBegan) * 1000
console.log(`verifying: ${rate.toFixed(0)} events a second; ${String(eventCount)} would take ${(eventCount / rate).toFixed(0)} s`)
await db.destroy()
if (slowOnes > 0) process.exitCode = 1
