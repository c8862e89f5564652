/** Requests of known callers that were refused, in the trail: each kind at once, a flood of it counted. */
import type { FastifyError } from 'fastify'
import fp from 'fastify-plugin'
import { actorOf, type Caller } from '../identity/index.ts'
import { ProblemError } from '../platform/problem.ts'
import { currentOrigin, type RequestOrigin } from '../platform/request-origin.ts'
import type { AccessLog } from './access-log.ts'
import type { AuditAction } from './record.ts'

const windowMs = 60_000
/** Kinds of refusals that are counted at a time; callers are known and actions a list, so that this is far off. */
const mostKinds = 10_000

export interface Refusal {
  readonly caller: Caller
  readonly action: AuditAction
  /** What it asked for, by the route's pattern: never by the address, which may name patients. */
  readonly route: string
  /** The problem it was answered with. */
  readonly problem: string
  readonly StudyInstanceUID?: string | undefined
}

export interface Refusals {
  readonly refused: (refusal: Refusal) => void
  /** Hands on what was counted and begins anew. */
  readonly flush: () => void
}

interface Counted {
  readonly refusal: Refusal
  readonly origin: RequestOrigin | undefined
  again: number
}

/**
 * The first refusal of a caller who asks for an action is handed on at once, with where it came from and what it was. Those of the same caller and
 * action within the minute are counted and become one entry at its end: whoever tries doors by the thousand makes two entries a minute for each action.
 */
export function createRefusals(accessLog: Pick<AccessLog, 'accessed'>): Refusals {
  let counted = new Map<string, Counted>()
  let timer: NodeJS.Timeout | undefined

  const note = ({ caller, action, route, problem, StudyInstanceUID }: Refusal, origin: RequestOrigin | undefined, occurrences = 1, again = {}) => {
    accessLog.accessed({ organisationId: caller.organisationId, actor: actorOf(caller), action, outcome: 'refused', StudyInstanceUID, occurrences, detail: { route, problem, ...again }, origin: origin ?? null })
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const ended = counted
    counted = new Map()
    // Of a flood over many studies none is the one it was about.
    for (const { refusal, origin, again } of ended.values()) if (again > 0) note({ ...refusal, StudyInstanceUID: undefined }, origin, again, { isCounted: true })
  }

  return {
    refused: (refusal) => {
      const key = `${refusal.caller.organisationId} ${actorOf(refusal.caller)} ${refusal.action}`
      const known = counted.get(key)
      if (known !== undefined) {
        known.again++
        return
      }
      if (counted.size >= mostKinds) flush()
      const origin = currentOrigin()
      counted.set(key, { refusal, origin, again: 0 })
      timer ??= setTimeout(flush, windowMs).unref()
      note(refusal, origin)
    },
    flush,
  }
}

const uid = /^[\d.]{1,64}$/
const studyIn = (params: unknown): string | undefined => {
  const named = (params as Readonly<Record<string, unknown>> | undefined)?.['StudyInstanceUID']
  return typeof named === 'string' && uid.test(named) ? named : undefined
}

/**
 * Notes every 401 and 403 of who is known (OWASP ASVS 7.1.3, 7.2.2), under the action the route declares; where the service that refused has written it
 * down itself, that is the entry.
 */
export const auditedRefusals = fp<{ readonly accessLog: Pick<AccessLog, 'accessed'> }>((app, { accessLog }, done) => {
  const refusals = createRefusals(accessLog)
  app.addHook('onError', (request, _reply, error: FastifyError, next) => {
    const { audit, url } = request.routeOptions.config
    const { caller } = request
    if (error instanceof ProblemError && (error.kind.status === 401 || error.kind.status === 403) && caller !== undefined && request.origin.hasNotedRefusal !== true) {
      refusals.refused({
        caller, action: audit === undefined || audit === 'none' ? 'access.refuse' : audit, route: `${request.method} ${url}`, problem: error.kind.type.replace('/problems/', ''), StudyInstanceUID: studyIn(request.params),
      })
    }
    next()
  })
  app.addHook('onClose', (_app, next) => { refusals.flush(); next() })
  done()
}, { name: 'audited-refusals', dependencies: ['request-origin', 'guard'] })
