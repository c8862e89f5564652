import { credentialEvents, credentialStates } from '@isocenter/contracts'
import { expect, test } from 'vitest'
import { credentialLife, credentialMovers, editableStates } from './credential-states.ts'

test('the life of a credential document, every state and event (A.12)', () => {
  expect(credentialStates.flatMap((state) => credentialEvents.map((event) => `${state} + ${event} → ${credentialLife[state][event] ?? '–'}`))).toEqual([
    'none + submit → submitted', 'none + recall → –', 'none + verify → –', 'none + reject → –', 'none + expire → –', 'none + discard → removed',
    'submitted + submit → –', 'submitted + recall → none', 'submitted + verify → verified', 'submitted + reject → rejected', 'submitted + expire → expired', 'submitted + discard → removed',
    'verified + submit → –', 'verified + recall → –', 'verified + verify → verified', 'verified + reject → verified', 'verified + expire → expired', 'verified + discard → removed',
    'rejected + submit → submitted', 'rejected + recall → –', 'rejected + verify → verified', 'rejected + reject → rejected', 'rejected + expire → –', 'rejected + discard → removed',
    'expired + submit → –', 'expired + recall → –', 'expired + verify → –', 'expired + reject → –', 'expired + expire → –', 'expired + discard → removed',
  ])
})

test('whose move each event is', () => {
  expect(credentialMovers).toEqual({ submit: 'holder', recall: 'holder', discard: 'holder', verify: 'administrator', reject: 'administrator', expire: 'system' })
})

test('nobody decides on what was not submitted, and nothing of a document changes while it is submitted or verified', () => {
  for (const state of ['none', 'expired'] as const) for (const event of ['verify', 'reject'] as const) expect(credentialLife[state][event]).toBeUndefined()
  expect([...editableStates].sort()).toEqual(['none', 'rejected'])
})
