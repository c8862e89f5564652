import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { noSuchResource } from '../platform/problem.ts'
import { runCommand } from './run-command.ts'

let said: string[]
beforeEach(() => {
  said = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => { said.push(`out: ${text}`) })
  vi.spyOn(console, 'error').mockImplementation((text: string) => { said.push(`error: ${text}`) })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})
const run = (command: () => Promise<string>, help = false) => runCommand({ usage: 'How', help, command, otherwise: 'It could not be done.' })

test('what a command answers is printed, and its usage where that is asked for, without doing anything', async () => {
  await run(() => Promise.resolve('a token'))
  await run(() => Promise.reject(new Error('never asked')), true)
  expect([said, process.exitCode]).toEqual([['out: a token', 'out: How'], undefined])
})

test.each([
  [new Error('There is no organisation south.'), 'There is no organisation south.'],
  [noSuchResource('It is not there.'), 'It is not there.'],
  ['a text', 'It could not be done.'],
])('what is wrong is one line: %s', async (thrown, line) => {
  await run(vi.fn<() => Promise<string>>().mockRejectedValue(thrown))
  expect([said, process.exitCode]).toEqual([[`error: ${line}`], 1])
})
