import { beforeEach, expect, test } from 'vitest'
import { createReceptionFirst, longestHoldMs, unknownPaceHoldMs, wantedMs, type ReceptionFirst } from './reception-first.ts'

let now: number
let reception: ReceptionFirst
beforeEach(() => {
  now = 5_000
  reception = createReceptionFirst(() => now)
})

/** Objects arrive every so often. */
function arrive(times: number, everyMs: number): void {
  for (let time = 0; time < times; time++) {
    reception.arrived(1)
    now += everyMs
  }
}

test('nothing waits before anything has come', () => {
  expect(reception.holdMs()).toBe(0)
})

test('an object after a silence goes at once, and each of those that come far apart', () => {
  arrive(1, 1)
  expect(reception.holdMs()).toBe(0)
  now += 150
  arrive(5, 150)
  expect(reception.holdMs()).toBe(0)
})

test('what comes close together waits until no more comes', () => {
  arrive(10, 20)
  expect(reception.holdMs()).toBe(80)
  now += 80
  expect(reception.holdMs()).toBe(0)
})

/** So many objects were passed on in one attempt, each in so many ms; then nothing waited. */
function passOn(objects: number, msEach: number): void {
  reception.attemptBegan()
  now += objects * msEach
  reception.attemptEnded(objects)
  reception.letGo()
}

/** How long the first of objects that keep arriving waits. */
function waited(everyMs: number): number {
  arrive(2, everyMs)
  const since = now - everyMs
  while (reception.holdMs() > 0) arrive(1, everyMs)
  return now - since
}

test('as long as it is not known how fast objects are passed on, nothing waits longer than a bound, however long objects keep arriving', () => {
  expect(waited(20)).toBe(unknownPaceHoldMs)
  arrive(100, 20)
  expect(reception.holdMs()).toBe(0)
})

test('what is passed on quickly waits while all of it can be passed on in time, up to a bound', () => {
  passOn(100, 2)
  expect(waited(20)).toBe(longestHoldMs)
  passOn(600, 2)
  // 1 ms and 2 ms an object: in time are those of a third of what is wanted.
  expect(Math.abs(waited(1) - wantedMs / 3)).toBeLessThan(5)
})

test('over a slow line hardly anything waits', () => {
  passOn(20, 1_000)
  arrive(2, 20)
  expect(reception.holdMs()).toBe(0)
})

test('a few objects say nothing of how fast they are passed on, and neither do pauses nor attempts that carried nothing', () => {
  passOn(100, 2)
  for (let time = 0; time < 50; time++) passOn(2, 1_000)
  now += 60_000
  reception.attemptBegan()
  now += 30_000
  reception.attemptEnded(0)
  expect(waited(20)).toBe(longestHoldMs)
})

test('of two lanes one may find nothing while the other is busy: how fast that is counts all the same', () => {
  passOn(100, 2)
  reception.attemptBegan()
  now += 600
  reception.letGo()
  now += 1_400
  reception.attemptEnded(20)
  arrive(13, 1)
  // 20 in 2 s: thirteen are as many as can be passed on in time.
  expect(reception.holdMs()).toBe(0)
})

test('while lanes never rest, the pace is measured all the same', () => {
  passOn(20, 1_000)
  reception.attemptBegan()
  for (let time = 0; time < 10; time++) {
    reception.attemptBegan()
    now += 32
    reception.attemptEnded(16)
  }
  arrive(2, 20)
  expect(reception.holdMs()).toBeGreaterThan(0)
})

test('once nothing was left, what comes next waits anew', () => {
  arrive(100, 20)
  reception.letGo()
  expect(reception.holdMs()).toBe(0)
  arrive(1, 20)
  expect(reception.holdMs()).toBe(80)
})
