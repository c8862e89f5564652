import type { AuditEntry } from '@isocenter/contracts'
import { expect, test } from 'vitest'
import { feedOf } from './feed.ts'

const entry = (entryId: string, minute: number, action: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  entryId, action, occurredAt: new Date(Date.UTC(2026, 0, 1, 8, minute)).toISOString(), actor: { kind: 'account', id: '7' }, outcome: 'success', occurrences: 1, detail: {}, ...more,
})
const told = (...entries: readonly AuditEntry[]) => feedOf(entries).map(({ entryId }) => entryId)

test('of reading one study the latest entry is told, whatever was done in between; after a pause it is another reading', () => {
  const study = { StudyInstanceUID: '1.2' }
  expect(told(entry('9', 40, 'study.retrieve', study), entry('8', 39, 'study.search'), entry('7', 32, 'study.retrieve', study), entry('6', 24, 'study.retrieve', study), entry('5', 13, 'study.retrieve', study))).toEqual(['9', '8', '5'])
})

test('another study, another person, a refusal and what changes something are told each', () => {
  expect(told(
    entry('9', 40, 'study.retrieve', { StudyInstanceUID: '1.2' }), entry('8', 40, 'study.retrieve', { StudyInstanceUID: '1.3' }), entry('7', 40, 'study.retrieve', { StudyInstanceUID: '1.2', actor: { kind: 'account', id: '8' } }),
    entry('6', 40, 'study.retrieve', { StudyInstanceUID: '1.2', outcome: 'refused' }), entry('5', 40, 'study.lock', { StudyInstanceUID: '1.2' }), entry('4', 40, 'study.lock', { StudyInstanceUID: '1.2' }),
  )).toEqual(['9', '8', '7', '6', '5', '4'])
})
