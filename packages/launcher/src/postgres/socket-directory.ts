import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes a socket's path may have: `sun_path` less its closing zero. */
const longestPath = process.platform === 'linux' ? 107 : 103
const socketName = '.s.PGSQL.5432'

/** Where a Postgres listens. */
export interface SocketDirectory {
  readonly path: string
  /** Removes the folder where it was made for this run only. */
  release(): Promise<void>
}

/** The folder for the socket: `directory`, or a short temporary one, closed to others, where its path would be too long. */
export async function socketDirectory(directory: string, owner?: { uid: number; gid: number }): Promise<SocketDirectory> {
  if (Buffer.byteLength(join(directory, socketName)) <= longestPath) return { path: directory, release: async () => {} }
  const path = await mkdtemp(join(tmpdir(), 'isocenter-'))
  if (owner) await chown(path, owner.uid, owner.gid)
  return { path, release: () => rm(path, { recursive: true, force: true }) }
}

/**
 * Connection string for a socket in `directory`.
 *
 * The host stands in the query, because a URL cannot hold a path as its host; pg, knex and libpq all read it there.
 */
export function socketUrl(directory: string, user: string, database: string): string {
  return `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(directory)}`
}
