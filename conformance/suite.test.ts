import { expect, test } from 'vitest'
import { checks } from './checks.ts'
import { Client } from './client.ts'
import { dimseChecks } from './dimse/checks.ts'
import { makeFixtures } from './fixtures/fixtures.ts'
import { check, NotApplicable, runChecks } from './suite.ts'

test('every check has a number of its own', () => {
  const numbers = [...checks, ...dimseChecks].map(({ number }) => number)
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([])
})

test('a check that throws fails, one that cannot be asked is skipped, and the rest run on', async () => {
  const context = { client: new Client('http://127.0.0.1:9', undefined), fixtures: makeFixtures(), stranger: undefined }
  const results = await runChecks([
    check(3, 'M', 'holds', () => Promise.resolve()),
    check(1, 'M', 'does not hold', () => Promise.reject(new Error('status 500 instead of 200'))),
    check(2, 'X', 'cannot be asked', () => Promise.reject(new NotApplicable('no token'))),
  ], context, () => undefined)
  expect(results.map(({ check: { number }, outcome, reason }) => [number, outcome, reason])).toEqual([
    [1, 'fail', 'status 500 instead of 200'], [2, 'skip', 'no token'], [3, 'pass', undefined],
  ])
})
