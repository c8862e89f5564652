import { afterEach, describe, expect, test, vi } from 'vitest'
import { forgetPreference, readPreference, subscribeToPreferences, writePreference } from './preference-store.ts'

afterEach(() => { vi.unstubAllGlobals() })

/** What a page is given to keep things in; undefined where the browser was told to keep nothing. */
function aBrowser(kept: Map<string, string> | undefined): void {
  const those = () => { if (kept === undefined) throw new DOMException('The operation is insecure.', 'SecurityError'); return kept }
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('removeEventListener', () => undefined)
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => those().get(name) ?? null,
    setItem: (name: string, value: string) => { those().set(name, value) },
    removeItem: (name: string) => { those().delete(name) },
  })
}

describe.each([['keeps what it is given', new Map<string, string>()], ['keeps nothing', undefined]])('in a browser that %s', (_which, kept) => {
  test('what was chosen is found, followed, and forgotten', () => {
    aBrowser(kept)
    const followed: (string | undefined)[] = []
    const unsubscribe = subscribeToPreferences(() => { followed.push(readPreference('language')) })
    expect(readPreference('language')).toBeUndefined()
    for (const choice of ['en', 'zh-CN']) writePreference('language', choice)
    expect([readPreference('language'), readPreference('colourMode')]).toEqual(['zh-CN', undefined])
    forgetPreference('language')
    expect(readPreference('language')).toBeUndefined()
    unsubscribe()
    forgetPreference('colourMode')
    expect(followed).toEqual(['en', 'zh-CN', undefined])
  })
})

test('what another tab has forgotten is forgotten here', () => {
  const kept = new Map<string, string>()
  aBrowser(kept)
  writePreference('viewer-layout', 'full')
  kept.clear()
  expect(readPreference('viewer-layout')).toBeUndefined()
})
