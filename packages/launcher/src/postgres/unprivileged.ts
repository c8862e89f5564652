import { spawnSync } from 'node:child_process'
import { chown, mkdir, readFile, stat } from 'node:fs/promises'
import { parentDeathPrefix } from '../die-with-parent.ts'
import { LauncherError } from '../launcher-error.ts'

/** How to run a program so that Postgres, which refuses root, accepts it. */
export interface Unprivileged {
  readonly way: 'direct' | 'namespace' | 'setuid'
  /** Owner to switch to before the program starts; only for `setuid`. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** Put before the program's own arguments: the first is the file to run. */
  readonly prefix: readonly string[]
  /** The operating system itself interrupts the program when its parent is gone, however the parent went. */
  readonly diesWithParent: boolean
}

/** The user id that inside a namespace stands for root outside: `nobody` on every Linux, and known to its passwd file. */
const nobody = 65534
const namespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--']

/**
 * Makes `directory` (closed to others) and chooses the user that Postgres runs as in it.
 *
 * A normal user runs it directly. Root has no lesser user to hand, so Postgres runs in a user namespace where root's
 * files look like nobody's: no account, no change of owner, and a 0700 folder works. Where the kernel or the container
 * refuses namespaces, the folder is given to `nobody` instead; from then on, and for a folder that already belongs to
 * somebody, its owner runs it.
 * @param namespaces false behaves as a container that refuses user namespaces
 */
export async function unprivileged(directory: string, namespaces = true): Promise<Unprivileged> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // SIGINT is Postgres's fast shutdown: open transactions are rolled back, then it ends cleanly.
  const prefix = parentDeathPrefix('INT')
  const diesWithParent = prefix.length > 0
  if (process.getuid?.() !== 0) return { way: 'direct', prefix, diesWithParent }

  const { uid, gid } = await stat(directory)
  if (uid !== 0) return { way: 'setuid', owner: { uid, gid }, prefix, diesWithParent }
  if (namespaces && diesWithParent && runs([...namespace, ...prefix])) {
    return { way: 'namespace', prefix: [...namespace, ...prefix], diesWithParent }
  }
  const owner = await nobodyUser()
  await chown(directory, owner.uid, owner.gid)
  return { way: 'setuid', owner, prefix, diesWithParent }
}

function runs(prefix: readonly string[]): boolean {
  const [file, ...args] = [...prefix, 'true']
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0
}

async function nobodyUser(): Promise<{ uid: number; gid: number }> {
  const entry = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith('nobody:'))
  const [, , uid, gid] = entry?.split(':') ?? []
  if (!uid || !gid) {
    throw new LauncherError('Postgres does not run as root, this machine allows no user namespaces, and it has no user "nobody". Start as a normal user, or set DATABASE_URL.')
  }
  return { uid: Number(uid), gid: Number(gid) }
}
