/**
 * What carrying objects over an association costs, without looking into them: 300 objects of 512 KB sent over one association
 * to a process that drops them and answers each, for several sizes of PDU.
 *
 *   node packages/dimse/bench/upper-layer.ts [objects] [bytes each]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createAcceptor, requestAssociation } from '../src/index.ts'

const objects = Number(process.argv[2] ?? 300)
const objectBytes = Number(process.argv[3] ?? 512 * 1024)
const pduSizes = [16, 64, 128, 256, 512, 1024].map((kib) => kib * 1024)
const answer = Buffer.alloc(120)

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

/** The receiving process: a null sink; tells its port, then what each association cost. */
async function receive(maxPduBytes: number): Promise<void> {
  const acceptor = createAcceptor({
    host: '127.0.0.1',
    port: 0,
    limits: { maxPduBytes },
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })) }),
    serve: async (association) => {
      const before = process.cpuUsage()
      let bytes = 0
      for (let piece = await association.receive(); piece; piece = await association.receive()) {
        bytes += piece.bytes.length
        if (piece.last && piece.kind === 'dataSet') await association.send(piece.contextId, 'command', answer)
      }
      process.send?.({ cpu: cpuMs(before), bytes, rss: process.memoryUsage.rss() })
    },
  })
  process.send?.({ port: (await acceptor.listen()).port })
}

interface Cost { cpu: number; bytes: number; rss: number }

async function sendAll(port: number, maxPduBytes: number, dataSet: () => Uint8Array | AsyncIterable<Uint8Array>): Promise<{ cpu: number; ms: number }> {
  const association = await requestAssociation({
    host: '127.0.0.1',
    port,
    limits: { maxPduBytes },
    callingAETitle: 'BENCH',
    calledAETitle: 'SINK',
    contexts: [{ abstractSyntax: '1.2.840.10008.5.1.4.1.1.2', transferSyntaxes: ['1.2.840.10008.1.2.1'] }],
  })
  const before = process.cpuUsage()
  const began = performance.now()
  for (let object = 0; object < objects; object++) {
    await association.sendMessage(1, answer, dataSet())
    await association.receive()
  }
  const spent = { cpu: cpuMs(before), ms: performance.now() - began }
  await association.release()
  return spent
}

async function measure(maxPduBytes: number): Promise<void> {
  const child = fork(import.meta.filename, [String(objects), String(objectBytes), String(maxPduBytes)])
  const [{ port }] = await once(child, 'message') as [{ port: number }]
  const whole = new Uint8Array(objectBytes)
  const chunk = new Uint8Array(64 * 1024)
  const ways: readonly (readonly [string, () => Uint8Array | AsyncIterable<Uint8Array>])[] = [
    ['bytes', () => whole],
    ['64 KiB chunks', async function* () {
      for (let at = 0; at < objectBytes; at += chunk.length) yield chunk.subarray(0, Math.min(chunk.length, objectBytes - at))
    }],
  ]
  for (const [name, dataSet] of ways) {
    for (let run = 0; run < 3; run++) {
      const cost = once(child, 'message')
      const sent = await sendAll(port, maxPduBytes, dataSet)
      const [received] = await cost as [Cost]
      const four = (count: number) => count.toFixed(0).padStart(4)
      const costs = `received with ${four(received.cpu)} ms CPU, sent with ${four(sent.cpu)} ms CPU, ${four(sent.ms)} ms`
      console.log(`PDU ${String(maxPduBytes / 1024).padStart(4)} KiB, ${name.padEnd(13)}: ${costs}; ${(received.rss / 2 ** 20).toFixed(0)} MiB RSS`)
    }
  }
  child.kill()
}

const asReceiver = process.argv[4]
if (process.send && asReceiver) await receive(Number(asReceiver))
else for (const maxPduBytes of pduSizes) await measure(maxPduBytes)
