/** Database, blob store and key file: whether they are there and fit for use. */
import { chmod, stat } from 'node:fs/promises'
import { isCurrent } from '@isocenter/migrations'
import { loadSigningKeys } from '../identity/index.ts'
import { rows, sqlState, type Db } from '../platform/db.ts'
import { CannotExamine, type Examination } from './examination.ts'

const oldestPostgres = 150_000

/** @throws CannotExamine when the database does not answer, or is not of this release */
export async function examineDatabase({ db, findings }: Examination): Promise<void> {
  const [server] = await orCannot('The database does not answer', () => rows<{ version: number; encoding: string; collation_changed: boolean }>(db, `
    select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
      coalesce(datcollversion <> pg_database_collation_actual_version(oid), false) as collation_changed
    from pg_database where datname = current_database()`, []))
  if (!server) throw new CannotExamine('The database does not know itself.')
  const wrong = (setting: string, mustBe: string) => { findings.add('databaseSettings', { setting, mustBe }) }
  if (server.version < oldestPostgres) wrong('server_version', 'Postgres 15 or newer')
  if (server.encoding !== 'UTF8') wrong('server_encoding', 'UTF8')
  if (server.collation_changed) wrong('collation version', 'the one the database was made with: reindex, then alter database … refresh collation version')
  if (!await orCannot('The migrations cannot be read', () => isCurrent(db))) {
    throw new CannotExamine('The database lacks migrations of this release. Run them first: node migrations/src/main.ts')
  }
  if (!await findsChinese(db)) wrong('pg_trgm', 'installed, and the database\'s character type (LC_CTYPE) UTF-8, such as C.UTF-8: Chinese names cannot be searched otherwise')
}

/** Trigrams of letters beyond ASCII exist only where the database knows them for letters. */
async function findsChinese(db: Db): Promise<boolean> {
  try {
    const [found] = await rows<{ trigrams: number }>(db, `select cardinality(show_trgm('王小明')) as trigrams`, [])
    return (found?.trigrams ?? 0) > 0
  } catch (error) {
    const undefinedFunction = '42883'
    if (sqlState(error) === undefinedFunction) return false
    throw error
  }
}

/** @throws CannotExamine when the store cannot be written to and read from */
export async function examineBlobStore({ blobs }: Pick<Examination, 'blobs'>): Promise<void> {
  await orCannot('The blob store does not work', () => blobs.check())
}

const othersMayRead = 0o077

/** Whether tokens can be signed and checked, and by us alone. The file is never made here: a new key would make all tokens void. */
export async function examineSigningKeys({ signingKeysFile, findings, mend }: Examination): Promise<void> {
  try {
    const { mode } = await stat(signingKeysFile)
    await loadSigningKeys(signingKeysFile)
    if (process.platform === 'win32' || (mode & othersMayRead) === 0) return
    if (mend) await chmod(signingKeysFile, 0o600)
    findings.add('signingKeysExposed', { file: signingKeysFile }, { mended: mend })
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const problem = isMissing ? 'missing; the server makes one when it starts, and tokens made before are void then' : reasonOf(error)
    findings.add('signingKeys', { file: signingKeysFile, problem })
  }
}

async function orCannot<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CannotExamine(`${what}: ${reasonOf(error)}`, { cause: error })
  }
}

/** What an error may say in public: the text of one from Postgres can repeat a row. */
export function reasonOf(error: unknown): string {
  const state = sqlState(error)
  if (state !== undefined) return `database error ${state}`
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : 'unknown error'
}
