import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from './database.ts'

async function rows(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

test('a test database is migrated, and its user is no superuser', async () => {
  const database = await testDatabase()
  expect(await rows(database.url, `select to_regclass('study') is not null as migrated, usesuper from pg_user where usename = current_user`))
    .toEqual([{ migrated: true, usesuper: false }])
  await database.drop()
})

test('two test databases share nothing', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()])
  await rows(one.url, 'create table mark (n integer)')
  expect(await rows(other.url, `select to_regclass('mark') as mark`)).toEqual([{ mark: null }])
  await Promise.all([one.drop(), other.drop()])
})

test('a dropped test database is gone, also with a connection open', async () => {
  const database = await testDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  // pg reports the end twice: the server's message, then the closed socket.
  const closed = new Promise((resolve) => client.on('error', resolve))
  await database.drop()
  await closed
  await expect(rows(database.url, 'select 1')).rejects.toMatchObject({ code: '3D000' })
})
