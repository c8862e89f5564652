/** How one signing key follows another, and nothing that was signed or sealed before is lost. */
import type { Tasks } from '../jobs/index.ts'
import { changeKeyFile, newKey, type KeptKey, type KeyFile } from './key-file.ts'
import { signerAt } from './signing-keys.ts'

const dayMs = 86_400_000
/** A new key is known for so long before it signs: longer than any process takes to look, and than a JWKS may be kept by who fetched it. */
export const announcedMs = 10 * 60_000
/** So long a key verifies after the next one has followed it: no token lives longer. */
export const overlapDays = 400

export interface Rotation {
  readonly file: string
  readonly now: Date
  /** The new key signs without being announced: for one that others may have got hold of. */
  readonly atOnce?: boolean
  /** Only where the present key is this old. */
  readonly olderThanDays?: number
  /** This key verifies nothing any more. */
  readonly revoke?: string
}

export interface Rotated {
  /** The key that was made; undefined where none was due. */
  readonly kid: string | undefined
  readonly signsFrom: Date | undefined
  readonly revoked: string | undefined
}

/**
 * Puts a new key in front of the file's. Keys of before go on verifying until all their tokens are over, and opening what they sealed for good;
 * those without a date, made by versions that signed tokens for ten years, until they are revoked.
 * @throws Error when the file cannot be changed, or has no key of the kid that is to be revoked
 */
export async function rotateKeys({ file, now, atOnce = false, olderThanDays, revoke }: Rotation): Promise<Rotated> {
  let made: KeptKey | undefined
  await changeKeyFile(file, async ({ keys }) => {
    if (revoke !== undefined && !keys.some(({ kid }) => kid === revoke)) throw new Error(`No key of ${file} has the kid ${revoke}.`)
    const signer = signerAt(keys.map((kept) => ({ kept })), now)?.kept
    const signsFrom = new Date(now.getTime() + (atOnce || revoke !== undefined ? 0 : announcedMs))
    if (isDue(keys, signer, { now, olderThanDays, revoke })) made = await newKey(now, signsFrom)
    if (made === undefined && revoke === undefined) return undefined
    return withFollower(keys, made, { now, signsFrom, revoke })
  })
  return { kid: made?.kid, signsFrom: made?.signs_from === undefined ? undefined : new Date(made.signs_from), revoked: revoke }
}

function isDue(keys: readonly KeptKey[], signer: KeptKey | undefined, { now, olderThanDays, revoke }: Pick<Rotation, 'now' | 'olderThanDays' | 'revoke'>): boolean {
  // An older one may be revoked without another in its place.
  if (revoke !== undefined) return signer === undefined || revoke === signer.kid
  const isAnnounced = keys.some(({ signs_from }) => signs_from !== undefined && Date.parse(signs_from) > now.getTime())
  if (olderThanDays === undefined) return true
  if (isAnnounced) return false
  return signer?.created_at === undefined || now.getTime() - Date.parse(signer.created_at) >= olderThanDays * dayMs
}

function withFollower(keys: readonly KeptKey[], made: KeptKey | undefined, { now, signsFrom, revoke }: { now: Date; signsFrom: Date; revoke: string | undefined }): KeyFile {
  const former = keys.map((key): KeptKey => {
    if (key.kid === revoke) return { ...key, verifies_until: now.toISOString() }
    if (made === undefined || key.verifies_until !== undefined || key.created_at === undefined) return key
    return { ...key, verifies_until: new Date(signsFrom.getTime() + overlapDays * dayMs).toISOString() }
  })
  return { keys: [...(made === undefined ? [] : [made]), ...former] }
}

export interface KeyTasksDeps {
  readonly file: string
  /** Days a key signs before another follows it; 0: never by itself. */
  readonly days: number
  /** Notes that a key was made. */
  readonly note: (kid: string) => Promise<void>
  /** Told when the file cannot be written: its keys come from elsewhere, and are rotated there. */
  readonly onReadOnly: (error: Error) => void
}

const cannotBeWritten = new Set(['EROFS', 'EACCES', 'EPERM'])

/** Rotation by age, done by whichever process is free. */
export function signingKeyTasks({ file, days, note, onReadOnly }: KeyTasksDeps): Tasks {
  if (days === 0) return { tasks: {}, schedule: [] }
  return {
    tasks: {
      'rotate-signing-keys': async () => {
        try {
          const { kid } = await rotateKeys({ file, now: new Date(), olderThanDays: days })
          if (kid !== undefined) await note(kid)
        } catch (error) {
          if (!(error instanceof Error) || !cannotBeWritten.has((error as NodeJS.ErrnoException).code ?? '')) throw error
          onReadOnly(error)
        }
      },
    },
    schedule: ['23 3 * * * rotate-signing-keys'],
  }
}
