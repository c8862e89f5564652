/** What sealing sees and leaves alone, and which tampering shows. */
import { randomBytes } from 'node:crypto'
import { testDatabase } from '@isocenter/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, rows, type Db } from '../platform/db.ts'
import { record } from './index.ts'
import { cutTrail } from './retention.ts'
import { createSealSigner, sealTrail, type SealSigner } from './seal.ts'
import { verifyTrail } from './verify.ts'

let db: Db
let drop: () => Promise<void>
let organisationId: string
let signer: SealSigner
const sealing = new Map([['k1', randomBytes(32)]])
const now = () => new Date()

beforeEach(async () => {
  const database = await testDatabase()
  drop = database.drop
  db = createDb(database.url, 6)
  organisationId = (await ensureDefaultOrganisation(db, 'north')).organisationId
  signer = createSealSigner({ signing: { kid: 'k1', key: undefined as never }, sealing })
})
afterEach(async () => {
  await db.destroy()
  await drop()
})

const write = (count: number, detail: object = {}) => record(db, Array.from({ length: count }, (_, nth) => ({ organisationId, actor: 'token:a', action: 'study.retrieve', outcome: 'success', StudyInstanceUID: `1.2.${String(nth)}`, detail: { ...detail, nth }, origin: { address: '192.0.2.1', userAgent: 'test' } } as const)))
const kinds = async (options: object = {}) => (await verifyTrail({ db, signer, now, ...options })).findings.map(({ kind, seal }) => `${kind} ${seal ?? ''}`.trim())
/** As somebody who has the database would. */
const tamper = (sql: string, bindings: readonly string[] = []) => db.transaction(async (trx) => {
  await trx.raw('alter table audit_event disable trigger audit_event_append_only')
  await trx.raw(sql, bindings)
  await trx.raw('alter table audit_event enable trigger audit_event_append_only')
})

test('everything written is sealed in order, and a trail nobody touched has nothing to be found', async () => {
  await write(5)
  expect(await sealTrail(db, signer, now, 2)).toBe(5)
  await write(1)
  expect(await sealTrail(db, signer, now)).toBe(1)
  expect(await sealTrail(db, signer, now)).toBe(0)
  expect(await verifyTrail({ db, signer, now })).toMatchObject({ findings: [], seals: 4, events: 6, unsealed: 0 })
})

test('what an open transaction has written, and what came behind it, waits; it holds nobody up, and nothing is left out', async () => {
  await write(1)
  const open = await db.transaction()
  await record(open, [{ organisationId, actor: 'token:slow', action: 'study.store', outcome: 'success', origin: null }])
  await write(1)
  expect(await sealTrail(db, signer, now)).toBe(0)
  await open.commit()
  expect(await sealTrail(db, signer, now)).toBe(3)
  expect(await kinds()).toEqual([])
}, 20_000)

test('of many writers and sealers at once every event is in exactly one seal', async () => {
  let isWriting = true
  const sealers = [0, 1].map(async () => { while (isWriting) await sealTrail(db, signer, now, 7) })
  await Promise.all(Array.from({ length: 3 }, async (_, writer) => {
    for (let round = 0; round < 25; round++) {
      await db.transaction(async (trx) => {
        await record(trx, [{ organisationId, actor: `token:${String(writer)}`, action: 'study.store', outcome: 'success', detail: { round }, origin: null }])
        // Some are given up: their ids stay gaps.
        if (round % 5 === 4) await trx.rollback()
      })
    }
  }))
  isWriting = false
  await Promise.all(sealers)
  await sealTrail(db, signer, now)
  expect(await verifyTrail({ db, signer, now })).toMatchObject({ findings: [], events: 60, unsealed: 0 })
}, 30_000)

describe('tampering', () => {
  beforeEach(async () => {
    for (let piece = 0; piece < 4; piece++) {
      await write(3, { piece })
      await sealTrail(db, signer, now)
    }
  })
  const idOf = async (place: number) => String((await db('audit_event').orderBy('audit_event_id').offset(place).first<{ audit_event_id: string }>()).audit_event_id)

  test('any column of any sealed event that is changed names its piece', async () => {
    const changes = [
      `actor = 'token:b'`, `action = 'study.delete'`, `outcome = 'refused'`, `at = at + interval '1 microsecond'`, 'occurred_at = now()', 'study_instance_uid = null', `patient_id = 'P'`, 'occurrences = 2',
      `detail = detail || '{"x":1}'`, 'address = null', `user_agent = 'else'`,
    ]
    await fc.assert(fc.asyncProperty(fc.constantFrom(...changes), fc.integer({ min: 0, max: 11 }), async (change, place) => {
      const id = await idOf(place)
      const [before] = await rows<{ line: string }>(db, 'select row_to_json(audit_event)::text as line from audit_event where audit_event_id = ?', [id])
      await tamper(`update audit_event set ${change} where audit_event_id = ?`, [id])
      const found = await kinds()
      await tamper('delete from audit_event where audit_event_id = ?', [id])
      await db.raw('insert into audit_event overriding system value select * from json_populate_record(null::audit_event, ?)', [String(before?.line)])
      expect(found).toEqual([`piece-changed ${String(Math.floor(place / 3) + 1)}`])
    }), { numRuns: 20 })
    expect(await kinds()).toEqual([])
  }, 60_000)

  test('an event that is removed, or put among the sealed', async () => {
    await tamper('delete from audit_event where audit_event_id = ?', [await idOf(4)])
    expect(await kinds()).toEqual(['piece-changed 2'])
    const gap = BigInt(await idOf(4)) - 1n
    await db.raw(`insert into audit_event (audit_event_id, organisation_id, actor, action, outcome) overriding system value values (?, ?, 'token:a', 'study.retrieve', 'success')`, [String(gap), organisationId])
    expect(await kinds()).toEqual(['piece-changed 2'])
  })

  test('a chain made anew from a changed event on is not signed; one cut off at its end is not as noted', async () => {
    const { head } = await verifyTrail({ db, signer, now })
    await tamper(`update audit_event set actor = 'nobody' where audit_event_id = ?`, [await idOf(0)])
    await db('audit_seal').delete()
    const forger = createSealSigner({ signing: { kid: 'k1', key: undefined as never }, sealing: new Map([['k1', randomBytes(32)]]) })
    await sealTrail(db, forger, now)
    expect(await kinds()).toEqual(['not-signed 1'])

    await db('audit_seal').delete()
    await tamper('delete from audit_event where audit_event_id > ?', [await idOf(5)])
    await sealTrail(db, signer, now)
    expect(await kinds()).toEqual([])
    expect(await kinds({ noted: head })).toEqual([`not-as-noted ${head.seal}`])
  })

  test('a seal that is removed or changed', async () => {
    await db('audit_seal').where({ seal: '2' }).delete()
    expect(await kinds()).toEqual(['chain-broken 3'])
    await db('audit_seal').where({ seal: '3' }).update({ sealed_at: new Date(0) })
    expect(await kinds()).toEqual(['chain-broken 3', 'piece-changed 3'])
  })

  test('a key that is gone is vouched for by later seals, and told of where there are none', async () => {
    await write(1)
    const next = createSealSigner({ signing: { kid: 'k2', key: undefined as never }, sealing: new Map([['k2', randomBytes(32)]]) })
    expect((await verifyTrail({ db, signer: next, now })).findings).toMatchObject([{ kind: 'key-missing', seal: '1' }])
    await sealTrail(db, next, now)
    expect((await verifyTrail({ db, signer: next, now })).findings).toEqual([])
  })

  test('events that nobody seals', async () => {
    await write(1)
    expect(await kinds({ now: () => new Date(Date.now() + 60 * 60_000) })).toEqual(['not-sealed'])
  })
})

describe('cutting', () => {
  const later = (days: number) => new Date(Date.now() + days * 86_400_000)

  test('takes whole pieces that are old enough, says so in the trail, and what is left verifies', async () => {
    await write(3)
    await sealTrail(db, signer, now)
    await tamper(`update audit_event set at = at - interval '300 days'`)
    await db('audit_seal').delete()
    await sealTrail(db, signer, now)
    await write(2)
    await sealTrail(db, signer, now)
    await db('audit_reader').update({ through_event: 1_000_000 })
    expect(await cutTrail(db, signer, 200, now())).toBe(3)
    await sealTrail(db, signer, now)
    expect(await verifyTrail({ db, signer, now })).toMatchObject({ findings: [], seals: 2, events: 3 })
    expect(await db('audit_event').where({ action: 'log.cut' }).first<object>()).toMatchObject({ organisation_id: organisationId, occurrences: 3, actor: 'command:retention' })
    expect(await cutTrail(db, signer, 200, now())).toBe(0)
  })

  test('never below half a year, and not before who reads the trail has read it', async () => {
    await write(1)
    await sealTrail(db, signer, now)
    await expect(cutTrail(db, signer, 100, later(1_000))).rejects.toThrow('183')
    await db('audit_reader').insert({ reader: 'syslog', through_event: 0 })
    expect(await cutTrail(db, signer, 200, later(1_000))).toBe(0)
    await db('audit_reader').update({ through_event: 1_000_000 })
    expect(await cutTrail(db, signer, 200, later(1_000))).toBe(1)
  })

  test('a cut that nobody signed, and events that come back, show', async () => {
    await write(2)
    await sealTrail(db, signer, now)
    await db('audit_cut').insert({ seal: '1', hash: randomBytes(32), last_event: '1', cut_at: now(), last_at: now(), signature: randomBytes(32), signed_with: 'k1' })
    const found = await kinds()
    expect(found).toContain('not-signed 1')
    expect(found.filter((finding) => finding === 'cut-wrong 1')).toHaveLength(2)
  })
})
