import { expect, test } from 'vitest'
import { createLive } from './live.ts'
import type { LiveListeners } from './notifications.ts'
import { createSessionStore } from './session.ts'

test('who listens is told what happened, and nothing of it where something may have been missed', () => {
  let heard: LiveListeners = {}
  const live = createLive({ ...createSessionStore(), get: () => ({ kind: 'signedIn' }) as never }, (listeners) => {
    heard = listeners
    return () => undefined
  })
  const told: (string | undefined)[] = []
  const stop = live.on(['study.corrected'], (data) => { told.push(data?.StudyInstanceUID) })
  heard['stream.open']?.({ isResumed: true })
  heard['study.corrected']?.({ organisationId: '7', StudyInstanceUID: '1.2' })
  heard['study.arrived']?.({ organisationId: '7' })
  heard['stream.open']?.({ isResumed: false })
  stop()
  heard['study.corrected']?.({ organisationId: '7', StudyInstanceUID: '1.3' })
  expect(told).toEqual(['1.2', undefined])
})
