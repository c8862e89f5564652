import { createHash } from 'node:crypto'
import { chown, constants, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LauncherError } from '../launcher-error.ts'

/** Bytes a socket's path may have: `sun_path` less its closing zero. */
const longestPath = process.platform === 'linux' ? 107 : 103
const socketName = '.s.PGSQL.5432'

/**
 * The folder for the socket: `directory`, or, where its path would be too long, a short one under the temporary folder,
 * always the same for the same directory and closed to other users.
 * @throws LauncherError when somebody else has made a folder of that name
 */
export async function socketDirectory(directory: string, owner?: { uid: number; gid: number }): Promise<string> {
  if (Buffer.byteLength(join(directory, socketName)) <= longestPath) return directory
  const short = join(tmpdir(), `isocenter-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`)
  await mkdir(short, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const { uid, mode } = await lstat(short)
    const closed = (mode & (constants.S_IFMT | 0o077)) === constants.S_IFDIR
    if (!closed || (uid !== process.getuid?.() && uid !== owner?.uid)) {
      throw new LauncherError(`${short} belongs to somebody else, and the path of ${directory} is too long for a socket. Choose a DATA_DIR with a shorter path.`)
    }
  })
  if (owner) await chown(short, owner.uid, owner.gid)
  return short
}

/**
 * Connection string for a socket in `directory`.
 *
 * The host stands in the query, because a URL cannot hold a path as its host; pg, knex and libpq all read it there.
 */
export function socketUrl(directory: string, user: string, database: string): string {
  return `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(directory)}`
}
