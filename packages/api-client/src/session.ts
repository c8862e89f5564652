/** Who uses this browser, the same for every application of the page: it is loaded once. */
import type { OwnMembership, SecondFactorWay, Session } from '@isocenter/contracts'
import { accounts } from './accounts.ts'
import { createApiClient, type ApiClient, type ApiClientOptions } from './client.ts'
import { ApiProblem } from './problem.ts'
import { createStore, type Store } from './store.ts'
import { workbench } from './workbench.ts'

export type SessionState =
  /** Not asked yet. */
  | { readonly kind: 'unknown' }
  /** The server does not answer; nothing is known. */
  | { readonly kind: 'unreachable'; readonly problem: ApiProblem }
  /** `isWanted`: by a person's own act in this tab, who will not want to come back to where he was. */
  | { readonly kind: 'signedOut'; readonly isWanted?: boolean }
  /** Something must be done before the session is good for more. */
  | { readonly kind: 'restricted'; readonly session: Session }
  | { readonly kind: 'signedIn'; readonly session: Session; readonly memberships: readonly OwnMembership[] }

/** Something more has to be shown before a request goes on: whoever shows questions answers it. */
export interface StepUpRequest {
  /** The second factor once more, for management (AUTH-11); or that the account is one's own, where an organisation's provider alone has said so. */
  readonly asks: 'secondFactor' | 'accountProof'
  /** Ways a second factor can be given by; none: one must be set up first. */
  readonly possible: readonly SecondFactorWay[]
  /** Ends the question: true when it was shown. Requests that wait go on then. */
  readonly answer: (isGiven: boolean) => void
}

export interface SessionStore extends Store<SessionState> {
  /** For requests about the own account; `api.of(id)` for those of an organisation. */
  readonly api: ApiClient
  /** Asks the server who is signed in, and where that person belongs. */
  readonly refresh: () => Promise<SessionState>
  /** Takes over what a sign-in answered. */
  readonly begin: (session: Session) => Promise<SessionState>
  readonly signOut: () => Promise<void>
  /** Set while a request waits for something to be shown. */
  readonly stepUp: Store<StepUpRequest | undefined>
  /** When the session will end unless something is asked for, by what was asked in this tab or another. */
  readonly signsOutAt: Store<number | undefined>
  /** Tells the server that somebody is at work, without asking for anything else. */
  readonly stay: () => Promise<void>
  /** Takes over when the server says the session will end. */
  readonly willEnd: (signsOutAt: string) => void
}

/** Kinds that say that the session is over, and that it never was good. */
const over = new Set(['unauthenticated'])
/** What is asked for after which problem. */
const questions: Readonly<Record<string, StepUpRequest['asks']>> = { 'step-up-required': 'secondFactor', 'account-proof-required': 'accountProof' }
const channelName = 'isocenter.session'

/** What the page says it is written in; empty where there is no page. */
const pageLanguage = (): string => (globalThis as { readonly document?: { readonly documentElement: { readonly lang: string } } }).document?.documentElement.lang ?? ''

export function createSessionStore(options: Pick<ApiClientOptions, 'fetch'> = {}): SessionStore {
  const state = createStore<SessionState>({ kind: 'unknown' })
  const signsOutAt = createStore<number | undefined>(undefined)
  /** Of the last answer of the session: so long it lives without activity. */
  let idleMs = 0
  /** The server's clock less this computer's, which may be hours wrong. */
  let skewMs = 0
  /** Somebody is being signed out: what else is under way may be refused before that is answered. */
  let isLeaving = false
  const end = () => { state.set(isLeaving ? { kind: 'signedOut', isWanted: true } : { kind: 'signedOut' }) }
  // Other tabs of this browser share the cookie: what ends here ends there.
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(channelName)
  const tell = (message: 'changed' | 'active') => { channel?.postMessage(message) }

  const stepUp = createStore<StepUpRequest | undefined>(undefined)
  let asked: Promise<boolean> | undefined
  /** One question at a time, however many requests wait for its answer. */
  const ask = (asks: StepUpRequest['asks'], problem: ApiProblem): Promise<boolean> => {
    const { possible } = problem.members
    return asked ??= new Promise<boolean>((done) => {
      stepUp.set({ asks, possible: Array.isArray(possible) ? possible as SecondFactorWay[] : [], answer: done })
    }).finally(() => {
      asked = undefined
      stepUp.set(undefined)
    })
  }

  const api = createApiClient({
    ...options,
    language: pageLanguage,
    recover: (problem) => {
      const asks = questions[problem.code]
      return asks === undefined ? Promise.resolve(false) : ask(asks, problem)
    },
    onProblem: ({ code }) => {
      if (over.has(code) && state.get().kind !== 'signedOut') end()
      if (code === 'session-restricted' && state.get().kind === 'signedIn') void refresh()
    },
    onAnswer: ({ isBackground, sentAt }) => {
      if (sentAt !== undefined) skewMs = sentAt.getTime() - Date.now()
      if (isBackground) return
      extend()
      tell('active')
    },
  })

  const extend = () => {
    if (idleMs > 0) signsOutAt.set(Date.now() + idleMs)
  }
  const note = (session: Session) => {
    idleMs = Math.max(0, Date.parse(session.signsOutAt) - Date.now() - skewMs)
    signsOutAt.set(Date.now() + idleMs)
  }

  const enter = async (session: Session): Promise<SessionState> => {
    note(session)
    if (session.restrictedTo !== undefined) state.set({ kind: 'restricted', session })
    else state.set({ kind: 'signedIn', session, memberships: (await workbench(api).memberships()).items })
    return state.get()
  }

  const refresh = async (): Promise<SessionState> => {
    try {
      return await enter(await accounts(api).session())
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (over.has(error.code)) end()
      // Who is at work stays where he is: pages say themselves that the server does not answer.
      else if (state.get().kind === 'unknown' || state.get().kind === 'unreachable') state.set({ kind: 'unreachable', problem: error })
      return state.get()
    }
  }

  if (channel) {
    channel.onmessage = ({ data }: { readonly data: unknown }) => {
      if (data === 'active') extend()
      else void refresh()
    }
  }

  return {
    api, refresh, signsOutAt, stepUp, get: state.get, subscribe: state.subscribe,
    begin: async (session) => {
      const entered = await enter(session)
      tell('changed')
      return entered
    },
    stay: async () => {
      await refresh()
    },
    willEnd: (at) => { signsOutAt.set(Date.parse(at) - skewMs) },
    signOut: async () => {
      isLeaving = true
      try {
        await accounts(api).signOut().catch((error: unknown) => {
          // Signed out already is signed out; anything else leaves the session alive, which must be told.
          if (!(error instanceof ApiProblem) || !over.has(error.code)) throw error
        })
        end()
      } finally {
        isLeaving = false
      }
      tell('changed')
    },
  }
}

/** The session of this page. */
export const session: SessionStore = createSessionStore()
