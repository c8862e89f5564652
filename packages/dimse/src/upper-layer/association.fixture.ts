/** Associations with either side ours and the other a test's, closed after it. */
import { expect } from 'vitest'
import type { Acceptor, AcceptorOptions } from './acceptor.ts'
import type { Association } from './association.ts'
import { requestAssociation, type RequestOptions } from './requestor.ts'
import { anAccept, anAcceptor, ImplicitVRLittleEndian, Verification, wireAcceptor, WirePeer, type aRequest, type TestAcceptor } from './wire.fixture.ts'

/** What a test has opened, for `closeAll` after it. */
export const open: { acceptors: Acceptor[]; peers: { close(): void }[] } = { acceptors: [], peers: [] }
export async function closeAll(): Promise<void> {
  for (const peer of open.peers.splice(0)) peer.close()
  await Promise.all(open.acceptors.splice(0).map((acceptor) => acceptor.close()))
}

/** An acceptor of ours. */
export async function listening(options: Partial<AcceptorOptions> = {}): Promise<TestAcceptor> {
  const test = await anAcceptor(options)
  open.acceptors.push(test.acceptor)
  return test
}
/** A peer that a test plays, associated with an acceptor of ours. */
export async function peerOn(port: number, request?: Parameters<typeof aRequest>[0]): Promise<WirePeer> {
  const peer = await WirePeer.associate(port, request)
  open.peers.push(peer)
  return peer
}
/** What a requestor of ours asks for: Verification in Implicit VR, unless told otherwise. */
export const options = (port: number, more: Partial<RequestOptions> = {}): RequestOptions => ({
  host: '127.0.0.1', port, callingAETitle: 'SCU', calledAETitle: 'SCP', contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }], ...more,
})
/** A requestor of ours and an acceptor that a test plays. */
export async function asRequestor(more: Partial<RequestOptions> = {}): Promise<{ association: Association; peer: WirePeer }> {
  const wire = await wireAcceptor()
  open.peers.push(wire)
  const asked = requestAssociation(options(wire.port, more))
  const peer = await wire.peer
  open.peers.push(peer)
  expect(await peer.next()).toMatchObject({ name: 'A-ASSOCIATE-RQ' })
  peer.send(anAccept())
  return { association: await asked, peer }
}
