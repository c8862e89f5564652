import { CodecError } from '@isocenter/codecs'
import { expect, test } from 'vitest'
import { createHopeless } from './hopeless.ts'

test('a frame that cost a thread is refused for ten minutes, one that was only broken is tried again', () => {
  let now = 0
  const hopeless = createHopeless(() => now)
  const timeout = new CodecError('timeout', 'too long')
  expect(hopeless.noted('a', timeout)).toBe(timeout)
  hopeless.noted('b', new CodecError('malformed', 'broken'))
  expect(() => { hopeless.refuse('a') }).toThrow(timeout)
  expect(() => { hopeless.refuse('b') }).not.toThrow()
  now = 10 * 60_000
  expect(() => { hopeless.refuse('a') }).not.toThrow()
})

test('no more than a thousand are remembered, the latest ones', () => {
  const hopeless = createHopeless()
  for (let index = 0; index <= 1000; index++) hopeless.noted(String(index), new CodecError('trapped', 'broke off'))
  expect(() => { hopeless.refuse('0') }).not.toThrow()
  expect(() => { hopeless.refuse('1000') }).toThrow('broke off')
})
