import type { ChangedTopic } from './actions.ts'
import type { GatewayParts } from './gateway-control.ts'

/** Changes this close together are told as one: a busy gateway changes hundreds of times a second, a screen does not. */
const togetherMs = 500

export interface Changes {
  readonly subscribe: (listener: (topics: ReadonlySet<ChangedTopic>) => void) => () => void
  readonly close: () => void
}

type Watched = Pick<GatewayParts, 'configuration' | 'reception' | 'spool' | 'forwarding' | 'unknownSenders' | 'alarms' | 'performedSteps' | 'commitments' | 'pulls' | 'log'>

/** Gathers what changes in the parts of a gateway. */
export function createChanges({ configuration, reception, spool, forwarding, unknownSenders, alarms, performedSteps, commitments, pulls, log }: Watched): Changes {
  const listeners = new Set<(topics: ReadonlySet<ChangedTopic>) => void>()
  let gathered = new Set<ChangedTopic>()
  let timer: NodeJS.Timeout | undefined

  function note(...topics: ChangedTopic[]): void {
    if (listeners.size === 0) return
    for (const topic of topics) gathered.add(topic)
    timer ??= setTimeout(tell, togetherMs)
  }

  function tell(): void {
    const topics = gathered
    gathered = new Set()
    timer = undefined
    for (const listener of listeners) {
      try {
        listener(topics)
      } catch (error) {
        // One screen's broken line is no reason not to tell the others.
        log.warn({ err: error }, 'a change could not be told')
      }
    }
  }

  const unsubscribe = [
    configuration.subscribe(() => { note('configuration', 'state') }),
    reception.subscribe(() => { note('state') }),
    spool.subscribe(() => { note('records', 'state') }),
    forwarding.subscribe(({ topic }) => { note(...(topic === 'deliveries' ? ['records', 'state'] as const : ['state'] as const)) }),
    unknownSenders.subscribe(() => { note('senders', 'state') }),
    alarms.subscribe(() => { note('state') }),
    performedSteps.subscribe(() => { note('performedSteps') }),
    commitments.subscribe(() => { note('commitments') }),
    pulls.subscribe(() => { note('fetches') }),
  ]

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    close() {
      clearTimeout(timer)
      for (const stop of unsubscribe) stop()
      listeners.clear()
    },
  }
}
