/** A peer that speaks in bytes: says whatever a test wants said, and tells what it is answered. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createAcceptor, type Acceptor, type AcceptorOptions } from './acceptor.ts'
import type { Association } from './association.ts'
import type { UpperLayerEvent } from './events.ts'
import type { AssociationRequest } from './negotiation.ts'
import { encodePdu } from './pdu-encode.ts'
import { DICOMApplicationContextName, type AssociateAcceptPdu, type AssociateRequestPdu, type ControlPdu, type Pdu } from './pdu.ts'
import { PduStream, type DataPiece } from './pdu-stream.ts'

export const Verification = '1.2.840.10008.1.1'
export const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
export const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
export const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'

/** Accepts every context with its first transfer syntax. */
export const acceptAll = ({ contexts }: AssociationRequest): { accept: { id: number; transferSyntax: string }[] } => ({
  accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })),
})

export function aRequest(changes: Partial<AssociateRequestPdu> = {}): AssociateRequestPdu {
  return {
    name: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAETitle: 'CALLED',
    callingAETitle: 'CALLING',
    applicationContext: DICOMApplicationContextName,
    contexts: [{ id: 1, abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }],
    userInformation: { maxPduLength: 16_384, implementationClassUID: '1.2.3' },
    ...changes,
  }
}

export function anAccept(changes: Partial<AssociateAcceptPdu> = {}): AssociateAcceptPdu {
  return { ...aRequest(), name: 'A-ASSOCIATE-AC', contexts: [{ id: 1, result: 0, transferSyntax: ImplicitVRLittleEndian }], ...changes }
}

/** A fragment in a P-DATA-TF of its own. */
export function data(bytes: string | Uint8Array, { contextId = 1, kind = 'dataSet', last = true }: Partial<DataPiece> = {}): Buffer {
  return encodePdu({ name: 'P-DATA-TF', values: [{ contextId, kind, last, bytes: Buffer.from(bytes) }] })
}

type Heard = ControlPdu | { readonly name: 'piece'; readonly piece: DataPiece } | 'end' | 'reset'

export class WirePeer {
  readonly socket: Socket
  /** Ours, as the acceptor sees it. */
  readonly localPort: number | undefined
  readonly #stream = new PduStream({ maxPduBytes: 2 ** 30, maxAssociatePduBytes: 2 ** 30 })
  readonly #heard: Heard[] = []
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.socket = socket
    this.localPort = socket.localPort
    socket.on('data', (chunk) => {
      this.#stream.push(chunk)
      for (let item = this.#stream.next(); item; item = this.#stream.next()) {
        if (item.item === 'pdu') this.#hear(item.pdu)
        else if (item.item === 'piece') this.#hear({ name: 'piece', piece: item.piece })
        else if (item.item === 'invalid') throw item.error
      }
    })
    socket.on('end', () => { this.#hear('end') })
    socket.on('error', () => { this.#hear('reset') })
  }

  static async connect(port: number): Promise<WirePeer> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect')
    return new WirePeer(socket)
  }

  /** Connected and associated. */
  static async associate(port: number, request: Partial<AssociateRequestPdu> = {}): Promise<WirePeer> {
    const peer = await WirePeer.connect(port)
    peer.send(aRequest(request))
    const answer = await peer.next()
    if (answer === 'end' || answer === 'reset' || answer.name !== 'A-ASSOCIATE-AC') throw new Error(`no association: ${JSON.stringify(answer)}`)
    return peer
  }

  send(...what: readonly (Pdu | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(what.map((one) => (one instanceof Uint8Array ? one : encodePdu(one)))))
  }

  /** The next PDU, piece, or the end of the line. */
  async next(): Promise<Heard> {
    for (;;) {
      const first = this.#heard.shift()
      if (first) return first
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #hear(what: Heard): void {
    this.#heard.push(what)
    this.#wake?.()
  }
}

/** A port on which the first connection is ours to play the acceptor. */
export async function wireAcceptor(): Promise<{ port: number; peer: Promise<WirePeer>; close: () => void }> {
  const { promise, resolve } = Promise.withResolvers<WirePeer>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => { resolve(new WirePeer(socket)) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, peer: promise, close: () => { server.close() } }
}

/** Everything received, in order, until the peer asks for release. */
export async function drain(association: Association): Promise<DataPiece[]> {
  const pieces: DataPiece[] = []
  for (let piece = await association.receive(); piece; piece = await association.receive()) pieces.push(piece)
  return pieces
}

export interface TestAcceptor { acceptor: Acceptor; port: number; events: UpperLayerEvent[]; event: EventOf }

/** The next event of a type, or one that has been; of a peer when it is given. */
type EventOf = <T extends UpperLayerEvent['type']>(type: T, of?: WirePeer) => Promise<Extract<UpperLayerEvent, { type: T }>>

const portOf = (event: UpperLayerEvent): number => {
  if ('association' in event) return event.association.remotePort
  return 'request' in event ? event.request.remotePort : event.remotePort
}

/** An acceptor on loopback that takes everything and drops the data, unless told otherwise. */
export async function anAcceptor(options: Partial<AcceptorOptions> = {}): Promise<TestAcceptor> {
  const events: UpperLayerEvent[] = []
  const waiting: { matches: (event: UpperLayerEvent) => boolean; resolve: (event: never) => void }[] = []
  const acceptor = createAcceptor({
    host: '127.0.0.1',
    port: 0,
    negotiate: acceptAll,
    serve: async (association) => { await drain(association) },
    onEvent: (event) => {
      const waiter = waiting.findIndex(({ matches }) => matches(event))
      if (waiter >= 0) waiting.splice(waiter, 1)[0]?.resolve(event as never)
      else events.push(event)
    },
    ...options,
  })
  const { port: listeningPort } = await acceptor.listen()
  return {
    acceptor,
    port: listeningPort,
    events,
    event: (type, of) => {
      const port = of?.localPort
      const matches = (event: UpperLayerEvent): boolean => event.type === type && (of === undefined || portOf(event) === port)
      const seen = events.findIndex(matches)
      if (seen >= 0) return Promise.resolve(events.splice(seen, 1)[0] as never)
      return new Promise((resolve) => { waiting.push({ matches, resolve }) })
    },
  }
}
