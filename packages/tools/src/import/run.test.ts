import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Journal } from './journal.ts'
import { newTally, runImport } from './run.ts'
import type { Source } from './source.ts'
import { createStowClient } from './stow.ts'
import { summaryText } from './terminal.ts'

const file = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(200)])
const aSource = (name: string, chunks: () => Iterable<Buffer> = () => [file]): Source => ({ name, byteLength: file.length, stamp: '1', open: () => Promise.resolve(Readable.from(chunks(), { objectMode: false })) })
const noJournal: Journal = { isDone: () => false, remembered: 0, done: () => Promise.resolve(), forget: () => Promise.resolve() }

/** Sends sources to a server that answers each request with the next status, and with a store response that speaks of failure where it is 503. */
async function importTo(statuses: number[], sources: readonly Source[], stored: object[] = []) {
  let requests = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const status = statuses[requests++] ?? 200
      const body = status === 200 ? { '00081199': { vr: 'SQ', Value: stored } } : { '00081198': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [0x0110] } }] } }
      response.writeHead(status, { 'content-type': 'application/dicom+json' }).end(JSON.stringify(body))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = createStowClient(`http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`, undefined)
  const tally = newTally()
  const outcome = await runImport({
    client, journal: noJournal, found: Readable.from(sources) as AsyncIterable<Source>, batchSize: 10, concurrency: 1, signal: new AbortController().signal, tally, retryAfterMs: [1, 1],
  }).then(() => 'reached its end', (error: unknown) => error)
  client.close()
  server.close()
  return { outcome, tally, requests }
}

test('what a server in trouble could not store is sent again, not counted as refused', async () => {
  expect(await importTo([503, 503, 200], [aSource('a'), aSource('b')])).toMatchObject({ outcome: 'reached its end', requests: 3, tally: { stored: 2, refused: [] } })
})

test('a server that stays in trouble ends the run, so that the next one goes on', async () => {
  expect(await importTo([503, 503, 503], [aSource('a')])).toMatchObject({ outcome: { name: 'StoreError' }, tally: { stored: 0, refused: [] } })
})

test('a file that breaks off while it is sent is named, and the others of its request arrive', async () => {
  // Not in its first bytes, by which it is taken for DICOM.
  const broken = aSource('broken', function* () {
    yield file
    throw new Error('EIO')
  })
  const { outcome, tally } = await importTo([], [aSource('a'), broken, aSource('b')])
  expect(outcome).toBe('reached its end')
  expect(tally).toMatchObject({ stored: 2, skipped: [{ name: 'broken', reason: 'cannot be read to its end' }] })
})

test('what is held apart is said to be, and counted with no other warning', async () => {
  const item = (uid: string, warning: number) => ({ '00081155': { vr: 'UI', Value: [uid] }, '00081196': { vr: 'US', Value: [warning] } })
  const { tally } = await importTo([], [aSource('a'), aSource('b'), aSource('c')], [item('1.1', 0xb409), item('1.2', 0xb007), item('1.3', 0xb409)])
  expect(tally).toMatchObject({ stored: 3, warned: 1, heldApart: 2 })
  expect(summaryText(tally, 1_000)).toContain('2 of them are held apart, since their studies are of other patients')
})
