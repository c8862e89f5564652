/** Choices of this browser's user, without a framework. */

const prefix = 'isocenter.'
const listeners = new Set<() => void>()

/** What a browser that lets no page keep anything did not keep: it lasts as long as the page. */
const unkept = new Map<string, string>()

/** Undefined where nothing was chosen. */
export function readPreference(name: string): string | undefined {
  try {
    return unkept.get(name) ?? localStorage.getItem(prefix + name) ?? undefined
  } catch {
    // Storage is switched off in this browser.
    return undefined
  }
}

export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value)
    unkept.delete(name)
  } catch {
    unkept.set(name, value)
  }
  for (const listener of listeners) listener()
}

export function forgetPreference(name: string): void {
  unkept.delete(name)
  try {
    localStorage.removeItem(prefix + name)
  } catch {
    // It was kept nowhere else.
  }
  for (const listener of listeners) listener()
}

/** Also of what other tabs choose. */
export function subscribeToPreferences(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}
