/** A purge that is killed, wherever it is: all of it or nothing is decided, what has begun is ended by who comes after, and the trail is whole. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Purge, StudyDeletion } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSealSigner, verifyTrail } from '../audit/index.ts'
import { sealTrail } from '../audit/seal.ts'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { createBlobStore, newBlobKey } from '../storage/index.ts'

/** A hundred take minutes: `KILL_ROUNDS=100 npx vitest run server/src/maintenance/purge-kill.test.ts`. */
const rounds = Number(process.env['KILL_ROUNDS'] ?? 8)
/** More than a purge forgets, and a sweep removes, in one piece. */
const instances = 2_500
const killWithinMs = 400
const fixture = fileURLToPath(new URL('./purging-process.fixture.ts', import.meta.url))

let service: OrganisationsService
let directory: string
beforeAll(async () => {
  service = await anOrganisationsService()
  directory = await mkdtemp(join(tmpdir(), 'isocenter-purge-'))
})
afterAll(async () => {
  await service.close()
  await rm(directory, { recursive: true, force: true })
})

test(`killed ${String(rounds)} times, it is either still to be ended or ended, with one entry in the trail; two people have agreed to it, and no blob is left`, { timeout: 120_000 + rounds * 15_000 }, async () => {
  const { db } = service
  const [hospital, platform] = [await service.organisation('hospital'), await service.organisation('platform')]
  const [administrator, first, second] = [await hospital.member('administrator'), await platform.member('full'), await platform.member('full')]
  const study = aStudy({ instances: 1 })
  expect((await service.store(study.instances.map((instance) => bytesOf(instance)), { headers: await service.as(hospital.slug) })).statusCode).toBe(200)
  const { deletedStudyId = '' } = (await administrator.call('POST', `/studies/${study.StudyInstanceUID}/deletion`, { reason: 'wrong patient' })).json<StudyDeletion>()

  // The same instance many times over, with blobs of its own.
  const blobs = createBlobStore({ kind: 'fs', directory })
  const keys = Array.from({ length: instances }, () => newBlobKey(hospital.organisationId, new Date()))
  for (let at = 0; at < keys.length; at += 100) {
    await Promise.all(keys.slice(at, at + 100).map(async (key) => {
      const writer = await blobs.create(key)
      await writer.write(Buffer.from(key))
      await writer.commit()
    }))
  }
  await db.raw(`insert into deleted_instance select copy.* from deleted_instance original, unnest(?::text[]) with ordinality as made (blob_key, nth),
    jsonb_populate_record(original, jsonb_build_object('sop_instance_uid', original.sop_instance_uid || '.' || nth, 'blob_key', made.blob_key)) as copy where original.deleted_study_id = ?`, [keys, deletedStudyId])
  await db('deleted_study').where({ deleted_study_id: deletedStudyId }).update({ instances: instances + 1 })

  const stateNow = async () => {
    const { state } = await db('deleted_study').where({ deleted_study_id: deletedStudyId }).first<{ state: string }>('state')
    const [rows, named] = await Promise.all([db('deleted_instance').where({ deleted_study_id: deletedStudyId }).pluck<string[]>('blob_key'), db('obsolete_blob').pluck<string[]>('blob_key')])
    const ended = await db('audit_event').where({ organisation_id: hospital.organisationId, action: 'study.purge' })
    return { state, left: rows.length, named: new Set([...rows, ...named]), ended: ended.length }
  }
  const purging = () => {
    const child = spawn(process.execPath, [fixture], { env: { PATH: process.env['PATH'], DATABASE_URL: service.databaseUrl, BLOBS: directory }, stdio: ['ignore', 'pipe', 'inherit'] })
    return { child, exited: once(child, 'exit') as Promise<[number | null]>, begun: once(child.stdout, 'data') }
  }
  const kill = async (afterMs: number) => {
    const { child, exited, begun } = purging()
    await Promise.race([begun, exited])
    await sleep(afterMs)
    child.kill('SIGKILL')
    await exited
  }

  // One person alone moves nothing.
  const { purgeId } = (await first.call('POST', '/operator/purges', { deletedStudyIds: [deletedStudyId], reason: 'asked for by the patient' })).json<Purge>()
  expect(typeOf(await first.call('POST', `/operator/purges/${purgeId}/approval`))).toBe('second-person-needed')
  await kill(killWithinMs)
  expect(await stateNow()).toMatchObject({ state: 'deleted', left: instances + 1, ended: 0 })
  expect((await second.call('POST', `/operator/purges/${purgeId}/approval`)).statusCode).toBe(200)

  let [underWay, interruptedSweeps] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    // Over the whole time it takes, a piece of it each; where all is done already, kills hit processes that have nothing to do.
    await kill((round + Math.random()) / rounds * killWithinMs)
    const { state, left, named, ended } = await stateNow()
    expect([['purging', 0], ['purged', 1]]).toContainEqual([state, ended])
    if (state === 'purged') expect(left).toBe(0)
    if (state === 'purging' && left < instances + 1) underWay++
    // Every blob that is there is named by the deletion or by what is to be removed: nothing is forgotten.
    const there = (await Array.fromAsync(blobs.list(''))).map(({ key }) => key)
    expect(there.filter((key) => !named.has(key))).toEqual([])
    if (state === 'purged' && there.length > 0 && there.length < instances) interruptedSweeps++
    expect(typeOf(await administrator.call('POST', `/deleted-studies/${deletedStudyId}/restoration`, { reason: 'no' }))).toBe('deleted-study-busy')
  }
  const { exited } = purging()
  expect((await exited)[0]).toBe(0)
  console.log(`A purge of ${String(instances)} instances killed ${String(rounds)} times, ${String(underWay)} of them with rows forgotten and others not, ${String(interruptedSweeps)} with blobs removed and others not`)

  expect(await stateNow()).toMatchObject({ state: 'purged', left: 0, ended: 1 })
  expect(await Array.fromAsync(blobs.list(''))).toEqual([])
  const [entry] = await db('audit_event').where({ organisation_id: hospital.organisationId, action: 'study.purge' }).select<object[]>()
  expect(entry).toMatchObject({ actor: `account:${second.accountId}`, occurrences: instances + 1, detail: { purgeId, requestedBy: `account:${first.accountId}` } })
  const signer = createSealSigner({ signing: { kid: 'k', key: undefined as never }, sealing: new Map([['k', Buffer.alloc(32, 1)]]) })
  await sealTrail(db, signer, () => new Date())
  expect(await verifyTrail({ db, signer, now: () => new Date() })).toMatchObject({ findings: [], unsealed: 0 })
})
