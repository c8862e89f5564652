import { useCallback, useSyncExternalStore } from 'react'

const prefix = 'isocenter.'
const listeners = new Set<() => void>()

/** Kept in memory too, for browsers that let no page keep anything. */
const inMemory = new Map<string, string>()

function read(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? inMemory.get(name)
  } catch {
    // Storage is switched off in this browser: a preference then lasts as long as the page.
    return inMemory.get(name)
  }
}

function write(name: string, value: string): void {
  inMemory.set(name, value)
  try {
    localStorage.setItem(prefix + name, value)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}

/** A choice of this browser's user, kept here and followed by the other tabs. */
export function usePreference(name: string): readonly [value: string | undefined, set: (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => read(name))
  const set = useCallback((chosen: string) => { write(name, chosen) }, [name])
  return [value, set]
}
