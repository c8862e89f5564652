/** What happens live, for every application of the page: one stream however many listen. */
import { liveEventNames, type LiveEventName, type LiveEvents } from '@isocenter/contracts'
import { listenLive, type LiveListeners } from './notifications.ts'
import { session, type SessionStore } from './session.ts'
import { createStore, type Store } from './store.ts'

/** Told what happened; undefined where something may have been missed, so that it must be asked for anew. */
type Listener<Name extends LiveEventName> = (data: LiveEvents[Name] | undefined) => void

export interface Live {
  /** Calls `listener` with every event of these names; answers how to stop. */
  readonly on: <Name extends LiveEventName>(names: readonly Name[], listener: Listener<Name>) => () => void
  /** False while the line is broken: pages then show what they last knew. */
  readonly isUp: Store<boolean>
}

/** Listens while somebody is signed in. */
export function createLive(who: SessionStore, listen: typeof listenLive = listenLive): Live {
  const listeners = new Map<LiveEventName, Set<Listener<never>>>(liveEventNames.map((name) => [name, new Set()]))
  const isUp = createStore(true)
  let stop: (() => void) | undefined

  const tell = (name: LiveEventName, data: object) => { for (const listener of listeners.get(name) ?? []) listener(data as never) }
  const tellAll = () => { for (const listener of new Set([...listeners.values()].flatMap((set) => [...set]))) listener(undefined) }
  const handlers: LiveListeners = {
    ...Object.fromEntries(liveEventNames.map((name) => [name, (data: object) => { tell(name, data) }])) as LiveListeners,
    // What was missed while the line was broken nobody knows: everything is asked for anew.
    'stream.open': ({ isResumed }: LiveEvents['stream.open']) => { if (!isResumed) tellAll() },
    'session.ending': ({ signsOutAt }: LiveEvents['session.ending']) => { who.willEnd(signsOutAt) },
    'session.ended': () => { void who.refresh() },
    'membership.changed': (data: LiveEvents['membership.changed']) => {
      void who.refresh()
      tell('membership.changed', data)
    },
  }
  const follow = () => {
    const isSignedIn = who.get().kind === 'signedIn'
    if (isSignedIn && stop === undefined) stop = listen(handlers, { onState: isUp.set })
    if (!isSignedIn && stop !== undefined) {
      stop()
      stop = undefined
      isUp.set(true)
    }
  }
  who.subscribe(follow)
  follow()

  return {
    isUp,
    on: (names, listener) => {
      for (const name of names) listeners.get(name)?.add(listener)
      return () => { for (const name of names) listeners.get(name)?.delete(listener) }
    },
  }
}

/** The stream of this page. */
export const live: Live = createLive(session)
