/** What who is signed in chose for himself, known without asking each time: for pages that must act at once. */
import type { Preferences } from '@isocenter/contracts'
import { ApiProblem } from './problem.ts'
import { personalCentre } from './people.ts'
import { session, type SessionStore } from './session.ts'

export interface OwnPreferences {
  /** As last known; undefined where the server does not say. */
  readonly get: () => Promise<Preferences | undefined>
  /** Asks anew: they may have been changed on another device. */
  readonly refresh: () => Promise<Preferences | undefined>
}

export function createOwnPreferences(who: SessionStore): OwnPreferences {
  let known: { readonly accountId: string; readonly answer: Promise<Preferences | undefined> } | undefined
  const refresh = async () => {
    const state = who.get()
    if (state.kind !== 'signedIn') return undefined
    const answer = personalCentre(who.api).preferences().catch((error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error
      known = undefined
      return undefined
    })
    known = { accountId: state.session.account.accountId, answer }
    return answer
  }
  return {
    refresh,
    get: () => {
      const state = who.get()
      return known !== undefined && state.kind === 'signedIn' && state.session.account.accountId === known.accountId ? known.answer : refresh()
    },
  }
}

/** Of this page. */
export const ownPreferences: OwnPreferences = createOwnPreferences(session)
