import type { ChangedTopic } from '../../../src/control/actions.ts'

type Listener = (topics: ReadonlySet<ChangedTopic>) => void

const everything: ReadonlySet<ChangedTopic> = new Set(['state', 'configuration', 'records', 'senders', 'performedSteps', 'commitments', 'fetches'])
const listeners = new Set<Listener>()
const connectionListeners = new Set<() => void>()
let source: EventSource | undefined
let isConnected = true
let isWanted = false

function tell(topics: ReadonlySet<ChangedTopic>): void {
  for (const listener of listeners) listener(topics)
}

function setConnected(now: boolean): void {
  if (now === isConnected) return
  isConnected = now
  for (const listener of connectionListeners) listener()
}

/** Listens to what changes in the gateway until `stopWatching`; the browser reconnects by itself. */
export function startWatching(): void {
  isWanted = true
  if (source) return
  const events = new EventSource('/api/events')
  source = events
  let wasLost = false
  events.addEventListener('changed', (event: MessageEvent<string>) => { tell(new Set(JSON.parse(event.data) as ChangedTopic[])) })
  events.addEventListener('open', () => {
    setConnected(true)
    // What changed while nobody told us is not known.
    if (wasLost) tell(everything)
    wasLost = false
  })
  events.addEventListener('error', () => {
    wasLost = true
    setConnected(false)
    // Refused, not cut: the browser gives up. Asking for the state tells whether somebody must sign in.
    if (events.readyState === EventSource.CLOSED && source === events) {
      source = undefined
      setTimeout(() => {
        if (!isWanted) return
        tell(new Set(['state']))
        startWatching()
      }, 5000)
    }
  })
}

export function stopWatching(): void {
  isWanted = false
  source?.close()
  source = undefined
  setConnected(true)
}

export function onChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}

export const connection = {
  isConnected: () => isConnected,
  subscribe: (listener: () => void) => {
    connectionListeners.add(listener)
    return () => { connectionListeners.delete(listener) }
  },
}
