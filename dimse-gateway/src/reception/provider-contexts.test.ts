import { expect, test } from 'vitest'
import { readConfiguration } from '../configuration/schema.ts'
import { handlersOf } from './handlers.ts'
import { negotiate } from './negotiate.ts'
import { createPeers } from './peers.ts'
import { serviceRegistry, type GatewayService } from './service.ts'

const StorageCommitment = '1.2.840.10008.1.20.1'
const commitment: GatewayService = {
  name: 'commitment', SOPClassUIDs: [StorageCommitment], isOpenTo: ({ role }) => role?.scp === true && !role.scu,
  handlers: { action: () => ({ status: 0 }), eventReport: () => ({ status: 0 }) },
}
const services = serviceRegistry([commitment])

test('a stranger may report as the provider of storage commitment, and is no user of it', async () => {
  const noted: (readonly string[])[] = []
  const answer = await negotiate({
    callingAETitle: 'PACS', calledAETitle: 'GATEWAY', remoteAddress: '192.0.2.9',
    contexts: [{ id: 1, abstractSyntax: StorageCommitment, transferSyntaxes: ['1.2.840.10008.1.2.1'] }, { id: 3, abstractSyntax: StorageCommitment, transferSyntaxes: ['1.2.840.10008.1.2.1'], role: { scu: false, scp: true } }],
  } as unknown as Parameters<typeof negotiate>[0], {
    services, peers: createPeers(), settings: () => readConfiguration({}).service, associationsFrom: () => 0,
    unknownSenders: { note: ({ refusedServices }: { refusedServices: readonly string[] }) => { noted.push(refusedServices) } } as unknown as Parameters<typeof negotiate>[1]['unknownSenders'],
  })
  expect(answer).toMatchObject({ accept: [{ id: 1, refused: 1 }, { id: 3, transferSyntax: '1.2.840.10008.1.2.1', role: { scu: false, scp: true } }] })
  expect(noted).toEqual([['commitment']])
})

test('whoever is the provider alone in a context asks for nothing in it', async () => {
  const handlers = handlersOf(services, () => ({ status: 0 }))
  const request = { context: { id: 3, abstractSyntax: StorageCommitment, transferSyntax: '1.2.840.10008.1.2.1', role: { scu: false, scp: true } } } as unknown as Parameters<NonNullable<typeof handlers.action>>[0] & Parameters<NonNullable<typeof handlers.eventReport>>[0]
  await expect(Promise.resolve(handlers.eventReport?.(request))).resolves.toEqual({ status: 0 })
  await expect(Promise.resolve(handlers.action?.(request))).rejects.toMatchObject({ status: 0x0211 })
})
