import { createHmac, randomBytes } from 'node:crypto'
import { isSameSecret } from './key.ts'

/** How long a browser stays signed in without asking anything. */
export const sessionSeconds = 12 * 3600
/** How the browser came, as tokens say it. */
const overTls = 't'
const inTheClear = 'c'
/** What is remembered of sessions that were signed out before they ended. */
const mostSignedOut = 1000

export interface Session {
  readonly id: string
  readonly expiresAt: Date
  /** Begun over TLS: its cookie goes over nothing else. */
  readonly isSecure: boolean
}

/**
 * Sessions of browsers that showed the key. A session is a signed text, so that a screen left open outlives a restart of the
 * gateway; the signature is made with the key, so that another key ends them all.
 */
export function createSessions({ key, now }: { readonly key: string; readonly now: () => Date }) {
  const secret = createHmac('sha256', key).update('session').digest()
  const signature = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  const signedOut = new Map<string, Date>()

  function issue(id: string, isSecure: boolean): { readonly token: string; readonly session: Session } {
    const expires = Math.floor(now().getTime() / 1000) + sessionSeconds
    const text = `${expires}.${id}.${isSecure ? overTls : inTheClear}`
    return { token: `${text}.${signature(text)}`, session: { id, expiresAt: new Date(expires * 1000), isSecure } }
  }

  return {
    begin: (isSecure: boolean) => issue(randomBytes(12).toString('base64url'), isSecure),

    /** undefined for a token that is not ours, has run out, or was signed out. */
    read(token: string): Session | undefined {
      const [expires = '', id = '', line = '', mac = ''] = token.split('.')
      if (!isSameSecret(mac, signature(`${expires}.${id}.${line}`))) return undefined
      const expiresAt = new Date(Number(expires) * 1000)
      return expiresAt > now() && !signedOut.has(id) ? { id, expiresAt, isSecure: line === overTls } : undefined
    },

    /** The same session for its whole time again, once half of it has gone. */
    renew(session: Session): string | undefined {
      const left = session.expiresAt.getTime() - now().getTime()
      return left < (sessionSeconds * 1000) / 2 ? issue(session.id, session.isSecure).token : undefined
    },

    end(session: Session): void {
      for (const [id, until] of signedOut) if (until <= now()) signedOut.delete(id)
      const [oldest] = signedOut.keys()
      if (signedOut.size >= mostSignedOut && oldest !== undefined) signedOut.delete(oldest)
      signedOut.set(session.id, new Date(now().getTime() + sessionSeconds * 1000))
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
