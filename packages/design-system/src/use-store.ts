import { useSyncExternalStore } from 'react'

interface Store<Value> {
  readonly get: () => Value
  readonly subscribe: (listener: () => void) => () => void
}

/** The value of a store, followed as it changes. */
export const useStore = <Value,>(store: Store<Value>): Value => useSyncExternalStore(store.subscribe, store.get)
