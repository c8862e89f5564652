import type { FastifyBaseLogger } from 'fastify'
import { expect, test } from 'vitest'
import { boundedLog } from './bounded-log.ts'
import { ingest, type Ingest } from './ingest.ts'

const recorded = () => {
  const lines: { fields: object; message: string }[] = []
  const take = (fields: object, message: string) => { lines.push({ fields, message }) }
  return { lines, log: { info: take, warn: take, error: take } as unknown as FastifyBaseLogger }
}

test('a request of a hundred thousand refused parts writes fifty lines, and one that tells of the rest', async () => {
  const { lines, log } = recorded()
  const refused = async function* () {
    for (let part = 0; part < 100_000; part++) yield { failed: { kind: 'failed', reason: 'cannotUnderstand' } as const }
  }
  const { results } = await ingest(refused(), { log, metrics: { instancesStored: { inc: () => undefined } } } as unknown as Ingest)
  expect(results).toHaveLength(100_000)
  expect(lines).toHaveLength(51)
  expect(lines.at(-1)).toEqual({ fields: { leftOut: 99_950 }, message: 'more was to be said of this request' })
})

test('a request of a few parts has a line for each and no more', () => {
  const { lines, log } = recorded()
  const bounded = boundedLog(log)
  for (let part = 0; part < 50; part++) bounded.info({ part }, 'part refused')
  bounded.end()
  expect(lines).toHaveLength(50)
})
