import { invitationEvents, invitationStates, membershipEvents, membershipStates, pairingEvents, pairingStates } from '@isocenter/contracts'
import { describe, expect, test } from 'vitest'
import { invitationLife, invitationMovers, membershipLife, pairingLife, pairingMovers, withTime } from './states.ts'

/** Every state and event with what comes of it: `–` is refused. Written out, so that a changed life is a changed table here. */
function table<State extends string, Event extends string>(life: Readonly<Record<State, Partial<Record<Event, string>>>>, states: readonly State[], events: readonly Event[]): string[] {
  return states.flatMap((state) => events.map((event) => `${state} + ${event} → ${life[state][event] ?? '–'}`))
}

test('the life of a membership', () => {
  expect(table(membershipLife, membershipStates, membershipEvents)).toEqual([
    'active + suspend → suspended', 'active + reinstate → –', 'active + remove → removed', 'active + join → –',
    'suspended + suspend → –', 'suspended + reinstate → active', 'suspended + remove → removed', 'suspended + join → –',
    'removed + suspend → –', 'removed + reinstate → –', 'removed + remove → –', 'removed + join → active',
  ])
})

test('the life of an invitation', () => {
  expect(table(invitationLife, invitationStates, invitationEvents)).toEqual([
    'open + accept → accepted', 'open + decline → declined', 'open + withdraw → withdrawn', 'open + expire → expired', 'open + inviteAgain → open',
    'expired + accept → –', 'expired + decline → –', 'expired + withdraw → withdrawn', 'expired + expire → –', 'expired + inviteAgain → open',
    'accepted + accept → –', 'accepted + decline → –', 'accepted + withdraw → –', 'accepted + expire → –', 'accepted + inviteAgain → –',
    'declined + accept → –', 'declined + decline → –', 'declined + withdraw → withdrawn', 'declined + expire → –', 'declined + inviteAgain → open',
    'withdrawn + accept → –', 'withdrawn + decline → –', 'withdrawn + withdraw → –', 'withdrawn + expire → –', 'withdrawn + inviteAgain → –',
  ])
})

test('the life of a pairing', () => {
  expect(table(pairingLife, pairingStates, pairingEvents)).toEqual([
    'invited + agree → paired', 'invited + decline → declined', 'invited + expire → expired', 'invited + inviteAgain → invited', 'invited + delete → removed', 'invited + takeOrders → –', 'invited + refuseOrders → –',
    'paired + agree → –', 'paired + decline → –', 'paired + expire → –', 'paired + inviteAgain → –', 'paired + delete → ended', 'paired + takeOrders → paired', 'paired + refuseOrders → paired',
    'declined + agree → –', 'declined + decline → –', 'declined + expire → –', 'declined + inviteAgain → invited', 'declined + delete → removed', 'declined + takeOrders → –', 'declined + refuseOrders → –',
    'expired + agree → –', 'expired + decline → –', 'expired + expire → –', 'expired + inviteAgain → invited', 'expired + delete → removed', 'expired + takeOrders → –', 'expired + refuseOrders → –',
    'ended + agree → –', 'ended + decline → –', 'ended + expire → –', 'ended + inviteAgain → –', 'ended + delete → –', 'ended + takeOrders → –', 'ended + refuseOrders → –',
  ])
})

test('whose move each event is (A.9)', () => {
  expect(pairingMovers).toEqual({ agree: 'team', decline: 'team', takeOrders: 'team', refuseOrders: 'team', inviteAgain: 'hospital', delete: 'hospital', expire: 'system' })
  expect(invitationMovers).toEqual({ accept: 'invitee', decline: 'invitee', withdraw: 'administrator', inviteAgain: 'administrator', expire: 'system' })
})

describe('time', () => {
  const end = new Date('2026-11-22T12:00:00Z')
  test.each([[-1, 'open', 'open'], [0, 'open', 'expired'], [1, 'open', 'expired'], [1, 'accepted', 'accepted']])('%i ms after its end what is %s is seen as %s', (ms, state, seen) => {
    expect(withTime(state, 'open', end, new Date(end.getTime() + ms))).toBe(seen)
  })
})
