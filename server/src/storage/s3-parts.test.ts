import { expect, test } from 'vitest'
import { givePartBack, lendPart, partBytes } from './s3-parts.ts'

test('a part that has arrived is used again, and no two writers share one', () => {
  const [one, other] = [lendPart(), lendPart()]
  expect(other).not.toBe(one)
  expect(one.byteLength).toBe(partBytes)
  givePartBack(one)
  const again = lendPart()
  expect(again).toBe(one)
  expect(lendPart()).not.toBe(again)
})

test('the last part of an object, which is shorter, is nobody else\'s', () => {
  const last = Buffer.alloc(partBytes - 1)
  givePartBack(last)
  expect(lendPart()).not.toBe(last)
})
