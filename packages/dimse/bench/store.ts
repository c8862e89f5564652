/**
 * What C-STORE costs a provider that keeps nothing: 300 CT images of 512 KB (or the number given) over 1 and 4 associations of
 * our own user in other processes, and one object of 2 GB.
 *
 *   node packages/dimse/bench/store.ts [objects] [bytes each]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createAcceptor, DimseConnection, requestAssociation, serveServices, store } from '../src/index.ts'

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'

async function provide(): Promise<void> {
  let before = process.cpuUsage()
  let associations = 0
  let highestRss = 0
  setInterval(() => { highestRss = Math.max(highestRss, process.memoryUsage.rss()) }, 20).unref()
  const acceptor = createAcceptor({
    host: '127.0.0.1',
    port: 0,
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })) }),
    serve: async (association) => {
      if (associations++ === 0) before = process.cpuUsage()
      await serveServices(association, {
        async store({ dataSet }) {
          let bytes = 0
          for await (const piece of dataSet) bytes += piece.length
          return { status: bytes > 0 ? 0x0000 : 0xc000 }
        },
      })
      if (--associations > 0) return
      const { user, system } = process.cpuUsage(before)
      process.send?.({ cpuMs: (user + system) / 1000, highestRss })
    },
  })
  process.send?.({ port: (await acceptor.listen()).port })
}

async function send(port: number, objects: number, bytes: number): Promise<void> {
  const association = await requestAssociation({
    host: '127.0.0.1', port, callingAETitle: 'BENCH', calledAETitle: 'SINK', contexts: [{ abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian] }],
  })
  const connection = new DimseConnection(association)
  const chunk = new Uint8Array(Math.min(bytes, 512 * 1024))
  async function* dataSet(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes; at += chunk.length) yield chunk.subarray(0, bytes - at)
  }
  for (let number = 0; number < objects; number++) {
    const { status } = await store(connection, { SOPClassUID: CTImageStorage, SOPInstanceUID: `1.2.${number}`, transferSyntaxUID: ExplicitVRLittleEndian, dataSet: dataSet() })
    if (status !== 0) throw new Error(`status ${status}`)
  }
  await association.release()
}

async function measure(name: string, associations: number, objects: number, bytes: number): Promise<void> {
  const provider = fork(import.meta.filename, ['provide'])
  const [{ port }] = await once(provider, 'message') as [{ port: number }]
  const cost = once(provider, 'message')
  const began = performance.now()
  const senders = Array.from({ length: associations }, () => fork(import.meta.filename, ['send', String(port), String(objects), String(bytes)]))
  await Promise.all(senders.map((sender) => once(sender, 'exit')))
  const [{ cpuMs, highestRss }] = await cost as [{ cpuMs: number; highestRss: number }]
  const seconds = (performance.now() - began) / 1000
  const per100MB = cpuMs / ((associations * objects * bytes) / 1e8)
  const provided = `${cpuMs.toFixed(0)} ms CPU, ${per100MB.toFixed(1)} ms per 100 MB, ${(highestRss / 2 ** 20).toFixed(0)} MiB RSS`
  console.log(`${name}: provider ${provided}; ${seconds.toFixed(2)} s with starting the senders`)
  provider.kill()
}

const [role, ...given] = process.argv.slice(2)
if (role === 'provide') await provide()
else if (role === 'send') await send(Number(given[0]), Number(given[1]), Number(given[2]))
else {
  const objects = Number(role ?? 300)
  const bytes = Number(given[0] ?? 512 * 1024)
  for (let run = 0; run < 3; run++) await measure(`1 association, ${objects} objects`, 1, objects, bytes)
  for (let run = 0; run < 2; run++) await measure(`4 associations, ${objects} objects each`, 4, objects, bytes)
  await measure('1 object of 2 GB', 1, 1, 2e9)
}
