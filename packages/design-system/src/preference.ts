import { useCallback, useSyncExternalStore } from 'react'
import { readPreference, subscribeToPreferences, writePreference } from './preference-store.ts'

/** A choice of this browser's user, kept here and followed by the other tabs. */
export function usePreference(name: string): readonly [value: string | undefined, set: (value: string) => void] {
  const value = useSyncExternalStore(subscribeToPreferences, () => readPreference(name))
  const set = useCallback((chosen: string) => { writePreference(name, chosen) }, [name])
  return [value, set]
}
