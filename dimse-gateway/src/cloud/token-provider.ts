/** The token the gateway shows the cloud: asked for when needed, by one request however many need it, and again before it ends. */
import { randomUUID } from 'node:crypto'
import { clientAssertionType, TokenResponse } from '@isocenter/contracts'
import { SignJWT, type CryptoKey } from 'jose'
import { Value } from 'typebox/value'
import type { Authorization } from '../nodes/authorization.ts'
import { CloudRefused, NotTheCloud, type CloudApi } from './cloud-api.ts'
import { assertionAlgorithm } from './keys.ts'
import type { ServerClock } from './server-clock.ts'

const assertionSeconds = 120
/** With less left a new one is asked for while the old one still serves. */
const refreshWithLeftMs = 60_000
/** With less left it may end on its way. */
const unusableWithLeftMs = 10_000
/** A refusal stands for so long: a hundred deliveries that wait do not ask a hundred times. */
const refusalStandsMs = 10_000
const failureStandsMs = 1_000
/** An assertion off by no more is not refused for it. */
const clockMattersMs = 5_000

export interface TokenProviderDeps {
  readonly api: CloudApi
  readonly gatewayId: string
  readonly audience: string
  readonly key: CryptoKey
  readonly serverClock: ServerClock
  /** Milliseconds that only ever grow, whatever is done to the clock on the wall. */
  readonly monotonicMs?: () => number
}

export interface TokenProvider {
  /** A token with some time left. @throws CloudRefused, NotTheCloud, LineError; the signal's reason, for this caller only */
  token(signal?: AbortSignal): Promise<string>
  /** The cloud did not take this token: it is not given out again. */
  refused(token: string): void
}

interface Held {
  readonly token: string
  readonly endsAtMs: number
}

export function createTokenProvider({ api, gatewayId, audience, key, serverClock, monotonicMs = () => performance.now() }: TokenProviderDeps): TokenProvider {
  let held: Held | undefined
  let asking: Promise<Held> | undefined
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined

  const assertion = (): Promise<string> => {
    const issuedAt = Math.floor(serverClock.now().getTime() / 1000)
    return new SignJWT({}).setProtectedHeader({ alg: assertionAlgorithm }).setIssuer(gatewayId).setSubject(gatewayId).setAudience(audience)
      .setJti(randomUUID()).setIssuedAt(issuedAt).setExpirationTime(issuedAt + assertionSeconds).sign(key)
  }

  const request = async (): Promise<Held> => {
    const askedAtMs = monotonicMs()
    const answer = await api.post('/token', { form: { grant_type: 'client_credentials', client_assertion_type: clientAssertionType, client_assertion: await assertion() } })
    if (!Value.Check(TokenResponse, answer)) throw new NotTheCloud('The answer to the token request is none of an Isocenter server.')
    return { token: answer.access_token, endsAtMs: askedAtMs + answer.expires_in * 1000 }
  }

  /** A refusal for the clock tells the right time: then it is worth asking once more. */
  const requestByItsClock = async (): Promise<Held> => {
    const before = serverClock.now().getTime() - monotonicMs()
    try {
      return await request()
    } catch (error) {
      const movedMs = Math.abs(serverClock.now().getTime() - monotonicMs() - before)
      if (error instanceof CloudRefused && error.status === 401 && movedMs > clockMattersMs) return request()
      throw error
    }
  }

  const ask = (): Promise<Held> => {
    asking ??= requestByItsClock().then((fresh) => {
      held = fresh
      failure = undefined
      return fresh
    }, (error: unknown) => {
      failure = { error, untilMs: monotonicMs() + (error instanceof CloudRefused ? error.retryAfterMs ?? refusalStandsMs : failureStandsMs) }
      throw error
    }).finally(() => { asking = undefined })
    return asking
  }

  return {
    async token(signal) {
      signal?.throwIfAborted()
      const leftMs = held === undefined ? 0 : held.endsAtMs - monotonicMs()
      const isStanding = failure !== undefined && monotonicMs() < failure.untilMs
      if (held !== undefined && leftMs > unusableWithLeftMs) {
        // Whoever needs the next one is told when this fails too.
        if (leftMs < refreshWithLeftMs && !isStanding) ask().catch(() => undefined)
        return held.token
      }
      if (isStanding && asking === undefined) throw failure?.error
      return (await orAborted(ask(), signal)).token
    },
    refused(token) {
      if (held?.token === token) held = undefined
    },
  }
}

/** The work's result, or the signal's reason should that come first; the work goes on for others. */
async function orAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => { reject(signal.reason as Error) }
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The gateway's token as requests to the cloud's node show it. */
export function cloudAuthorization(tokens: TokenProvider): Authorization {
  let shown: string | undefined
  return {
    header: async (signal) => {
      shown = await tokens.token(signal)
      return `Bearer ${shown}`
    },
    refused: () => {
      if (shown !== undefined) tokens.refused(shown)
      return true
    },
  }
}
