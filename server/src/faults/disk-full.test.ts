/** A disk that fills while instances are stored: refused as such, nothing half there, and all well again once there is room. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmdirSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anInstance, aUID, bytesOf, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { createDb } from '../platform/db.ts'
import { aClient, asStored, pathOf, valueOf, type Client } from './client.fixture.ts'

const outOfResources = 0xa700

describe.skipIf(!mayMount())('a server whose disk fills up', { timeout: 60_000 }, () => {
  let disk: string
  let database: Awaited<ReturnType<typeof testDatabase>>
  let server: ServerProcess
  let client: Client
  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), 'isocenter-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'isocenter-full', disk])
    database = await testDatabase()
    server = await startServerProcess(database.url, { dataDirectory: disk })
    client = aClient(server.url, `Bearer ${await server.token()}`)
  }, 300_000)
  afterAll(async () => {
    await server.stop()
    execFileSync('umount', [disk])
    await rm(disk, { recursive: true })
    await database.drop()
  })

  test('says 0xA700 and 503, keeps what it acknowledged, shows nothing else, and goes on when there is room', async () => {
    const StudyInstanceUID = aUID()
    // A megabyte each, so that some fit and some do not.
    const instances = Array.from({ length: 40 }, (_, index) => anInstance({ StudyInstanceUID, SeriesInstanceUID: StudyInstanceUID, InstanceNumber: index + 1, Rows: 1024, Columns: 512 }))
    const acknowledged = new Set<string>()
    const send = async (from: number, to: number) => {
      const answer = await client.store(instances.slice(from, to).map((instance) => bytesOf(instance)))
      for (const SOPInstanceUID of answer.stored) acknowledged.add(SOPInstanceUID)
      return answer
    }
    expect((await send(0, 8)).status).toBe(200)
    const partly = await send(8, 32)
    expect(partly.status).toBe(202)
    expect([...new Set(partly.reasons)]).toEqual([outOfResources])
    // Those that were refused together have left room, in which one may fit by itself.
    fillUp(disk)
    const whole = await send(32, 40)
    expect([whole.status, [...new Set(whole.reasons)], whole.headers.get('retry-after')]).toEqual([503, [outOfResources], '30'])
    expect(acknowledged.size).toBeGreaterThan(8)
    expect(acknowledged.size).toBeLessThan(32)

    const intact = async () => {
      const shown = await client.search(`/studies/${StudyInstanceUID}/instances?limit=100`)
      expect(shown.map((instance) => valueOf(instance, '00080018')).sort()).toEqual([...acknowledged].sort())
      for (const instance of instances.filter((one) => acknowledged.has(valueOf(one, '00080018')))) {
        expect(Buffer.compare((await client.get(pathOf(instance), asStored)).body, bytesOf(instance))).toBe(0)
      }
      expect((await client.get(pathOf(instances[39]!), asStored)).status).toBe(acknowledged.has(valueOf(instances[39], '00080018')) ? 200 : 404)
    }
    await intact()
    expect(await readdir(join(disk, 'blobs', '.staging'))).toEqual([])

    execFileSync('mount', ['-o', 'remount,size=64m', disk])
    expect((await client.ready()).status).toBe(200)
    expect((await send(0, 40)).status).toBe(200)
    expect(acknowledged.size).toBe(40)
    await intact()
    const db = createDb(database.url, 1)
    expect(await wrongCounts(db)).toEqual([])
    await db.destroy()
  })
})

/** Takes what is left of a disk, to the last block. */
function fillUp(disk: string): void {
  const block = Buffer.alloc(4096)
  for (;;) {
    try {
      appendFileSync(join(disk, 'filling'), block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}

/** True where this process may mount a file system of its own, as root mostly may. */
function mayMount(): boolean {
  const point = join(tmpdir(), `isocenter-mount-${String(process.pid)}`)
  try {
    mkdirSync(point)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'isocenter-full', point], { stdio: 'pipe' })
    execFileSync('umount', [point])
    return true
  } catch {
    console.warn('Skipped: only a user who may mount can try a full disk.')
    return false
  } finally {
    rmdirSync(point)
  }
}
