import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Association, TlsFacts } from './association.ts'
import { EstablishedAssociation } from './established-association.ts'
import type { UpperLayerEvent } from './events.ts'
import { defaultLimits, limitsWith, type UpperLayerLimits } from './limits.ts'
import { rejections } from './meanings.ts'
import { acceptPdu, maxPduLengthOf, peerFacts, requestOf, type AssociationAnswer, type AssociationRequest } from './negotiation.ts'
import { encodePdu } from './pdu-encode.ts'
import { DICOMApplicationContextName, type AssociateRequestPdu, type Rejection } from './pdu.ts'
import { UpperLayerProvider, type ConnectionEnd } from './provider.ts'
import { profileOptions, tlsFacts, type AcceptorTls } from './tls.ts'
import { socketOptions } from './transport.ts'

export interface AcceptorOptions {
  /** All interfaces when absent. */
  readonly host?: string
  /** 0 for one that is free. */
  readonly port: number
  readonly tls?: AcceptorTls
  readonly limits?: Partial<UpperLayerLimits>
  /** Answers a request that the upper layer has nothing against. What it throws is reported, and the request rejected for now. */
  negotiate(request: AssociationRequest): AssociationAnswer | Promise<AssociationAnswer>
  /** Serves an association until `receive` gives nothing more; a release is answered when it returns, and an association still open is aborted. */
  serve(association: Association): Promise<void>
  /** Must not throw. */
  onEvent?(event: UpperLayerEvent): void
}

export interface Acceptor {
  /** Begins to accept. @throws what the operating system says, such as EADDRINUSE */
  listen(): Promise<{ port: number }>
  /** Takes no more, lets associations go on for `graceMs` (default 0), then aborts them; resolves when every connection is closed. */
  close(options?: { graceMs?: number }): Promise<void>
  /** Now, without those that are being asked for. */
  readonly associations: number
}

interface Remote { readonly remoteAddress: string; readonly remotePort: number }

/** Accepts associations on a port; nothing is listened on before `listen`. @throws RangeError for limits that cannot be kept */
export function createAcceptor(options: AcceptorOptions): Acceptor {
  const limits = limitsWith(defaultLimits, options.limits)
  const connections = new Set<AcceptedConnection>()
  const established = new Set<Association>()
  const report = (event: UpperLayerEvent): void => { options.onEvent?.(event) }

  const context: AcceptorContext = {
    options,
    limits,
    report,
    established,
    // Those that are being agreed count: a burst must not slip through while `negotiate` thinks.
    isFull: () => [...connections].filter((connection) => connection.holdsPlace).length >= limits.maxAssociations,
  }
  const onSocket = (socket: Socket): void => {
    const connection = new AcceptedConnection(context, socket)
    connections.add(connection)
    void connection.closed.then(() => connections.delete(connection))
  }
  const handshaking = new Set<Socket>()
  const server = options.tls ? createSecureServer(options.tls, limits, handshaking, onSocket, report) : createTcpServer(socketOptions, onSocket)
  server.maxConnections = limits.maxConnections
  server.on('drop', (dropped?: Partial<Remote>) => { report({ type: 'connectionDropped', remoteAddress: plainAddress(dropped?.remoteAddress ?? ''), remotePort: dropped?.remotePort ?? 0 }) })

  return {
    get associations() { return established.size },
    listen: () => new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: options.port, ...(options.host === undefined ? {} : { host: options.host }) }, () => {
        server.off('error', reject)
        resolve({ port: (server.address() as AddressInfo).port })
      })
    }),
    close: async ({ graceMs = 0 } = {}) => {
      const closed = new Promise<void>((resolve) => { server.close(() => { resolve() }) })
      for (const connection of connections) connection.closeUnlessEstablished()
      await Promise.race([Promise.all([...established].map((association) => association.ended)), delay(graceMs)])
      await Promise.all([...connections].map((connection) => connection.abort()))
      for (const socket of handshaking) socket.destroy()
      await closed
    },
  }
}

/** How long a closing acceptor waits for a peer to read its A-ABORT. */
const abortReadMs = 1000

async function delay(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => { setTimeout(resolve, ms).unref() })
}

/** `handshaking` holds what is connected below TLS, so that what never becomes a connection of ours can be closed too. */
function createSecureServer(tls: AcceptorTls, limits: UpperLayerLimits, handshaking: Set<Socket>, onSocket: (socket: Socket) => void, report: (event: UpperLayerEvent) => void): Server {
  const server = createTlsServer({
    ...socketOptions,
    ...profileOptions(tls.profile),
    key: tls.key,
    cert: tls.cert,
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    ...(tls.ca === undefined ? {} : { ca: [...tls.ca] }),
    requestCert: tls.clientCertificate === 'required',
    rejectUnauthorized: true,
    handshakeTimeout: limits.artimMs,
  }, onSocket)
  server.on('connection', (socket: Socket) => {
    handshaking.add(socket)
    socket.once('close', () => handshaking.delete(socket))
  })
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    report({ type: 'tlsFailed', ...remoteOf(socket), error })
    // Node leaves it open when the handshake took too long.
    socket.destroy()
  })
  return server
}

function remoteOf(socket: Socket): Remote {
  return { remoteAddress: plainAddress(socket.remoteAddress ?? ''), remotePort: socket.remotePort ?? 0 }
}

/** An IPv4 peer of a socket that listens on IPv6 too is told as ::ffff:10.0.0.5; lists of peers say 10.0.0.5. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

interface AcceptorContext {
  readonly options: AcceptorOptions
  readonly limits: UpperLayerLimits
  readonly report: (event: UpperLayerEvent) => void
  readonly established: Set<Association>
  readonly isFull: () => boolean
}

type Accepted = ReturnType<typeof acceptPdu> & { readonly encoded: Uint8Array }

/** @throws Error, RangeError for an answer that cannot be said */
function acceptedBy(request: AssociateRequestPdu, answer: Extract<AssociationAnswer, { accept: unknown }>, maxPduBytes: number): Accepted {
  const accepted = acceptPdu(request, answer, maxPduBytes)
  return { ...accepted, encoded: encodePdu(accepted.pdu) }
}

/** One connection that came in, from its first byte to its close. */
class AcceptedConnection {
  readonly #context: AcceptorContext
  readonly #provider: UpperLayerProvider
  readonly #remote: Remote & { readonly tls?: TlsFacts }
  #association: EstablishedAssociation | undefined
  #rejection: { readonly rejection: Rejection; readonly by: 'upperLayer' | 'negotiate' } | undefined

  constructor(context: AcceptorContext, socket: Socket) {
    this.#context = context
    const tls = tlsFacts(socket)
    this.#remote = { ...remoteOf(socket), ...(tls ? { tls } : {}) }
    this.#provider = new UpperLayerProvider({
      role: 'acceptor',
      limits: context.limits,
      user: {
        objection: (request) => this.#objection(request),
        associateIndicated: (request) => { void this.#negotiate(request) },
        data: (piece) => this.#association?.take(piece) ?? false,
        releaseIndicated: () => { this.#association?.releaseIndicated() },
        ended: (end) => { this.#ended(end) },
      },
    })
    this.#provider.attach(socket)
    this.#provider.raise('transportIndication')
  }

  get closed(): Promise<void> {
    return this.#provider.closed
  }

  /** It has an association, or may be given one. */
  get holdsPlace(): boolean {
    return this.#provider.end === undefined && this.#provider.state !== 'Sta2' && this.#provider.state !== 'Sta1'
  }

  closeUnlessEstablished(): void {
    if (!this.#association) void this.abort()
  }

  /** Aborts and closes; the peer has a moment to read why, since a close over unread bytes would take the A-ABORT with it. */
  async abort(): Promise<void> {
    void this.#provider.abort({ how: 'aborted', by: 'us', source: 0, reason: 0 })
    await Promise.race([this.closed, delay(abortReadMs)])
    this.#provider.destroy()
    await this.closed
  }

  /** What the upper layer has against a request (PS3.8 §9.3.4), whoever it comes from. */
  #objection(request: AssociateRequestPdu): Rejection | undefined {
    const rejection = (request.protocolVersion & 1) === 0 ? rejections.protocolVersionNotSupported
      : request.applicationContext !== DICOMApplicationContextName ? rejections.applicationContextNotSupported
        : this.#context.isFull() ? rejections.localLimitExceeded
          : undefined
    if (rejection) this.#rejection = { rejection, by: 'upperLayer' }
    return rejection
  }

  async #negotiate(pdu: AssociateRequestPdu): Promise<void> {
    const request = requestOf(pdu, this.#remote)
    let answer: AssociationAnswer
    let accepted: Accepted | undefined
    try {
      answer = await this.#context.options.negotiate(request)
      accepted = 'accept' in answer ? acceptedBy(pdu, answer, this.#context.limits.maxPduBytes) : undefined
    } catch (error) {
      this.#context.report({ type: 'negotiateFailed', request, error })
      answer = { reject: rejections.temporaryCongestion }
    }
    // The peer may have gone, or been aborted, in the meantime.
    if (this.#provider.state !== 'Sta3') return
    if ('reject' in answer) {
      this.#rejection = { rejection: answer.reject, by: 'negotiate' }
      this.#provider.raise('associateReject', { rejection: answer.reject })
    } else if (accepted) {
      await this.#serve(pdu, accepted)
    }
  }

  async #serve(request: AssociateRequestPdu, { pdu, contexts, encoded }: Accepted): Promise<void> {
    const { asyncOperations, userIdentityResponse } = pdu.userInformation
    const association = new EstablishedAssociation(this.#provider, {
      ...this.#remote,
      ...peerFacts(request),
      callingAETitle: request.callingAETitle,
      calledAETitle: request.calledAETitle,
      contexts,
      maxPduLength: maxPduLengthOf(request),
      ...(asyncOperations ? { asyncOperations } : {}),
      ...(userIdentityResponse ? { userIdentityResponse } : {}),
    }, this.#context.limits.maxPduBytes)
    this.#association = association
    this.#context.established.add(association)
    this.#provider.setContextIds(contexts.keys())
    this.#provider.raise('associateAccept', { parts: [encoded] })
    this.#context.report({ type: 'established', association })
    try {
      await this.#context.options.serve(association)
      if (this.#provider.state === 'Sta8') await association.release()
    } catch (error) {
      this.#context.report({ type: 'serveFailed', association, error })
    } finally {
      await association.abort()
    }
  }

  #ended(end: ConnectionEnd): void {
    const { report, established } = this.#context
    const association = this.#association
    if (association) {
      established.delete(association)
      association.finish(end)
      void association.ended.then((how) => { report({ type: 'ended', association, end: how }) })
    } else if (this.#rejection && this.#provider.request) {
      report({ type: 'rejected', request: requestOf(this.#provider.request, this.#remote), ...this.#rejection })
    } else {
      report({ type: 'withoutAssociation', remoteAddress: this.#remote.remoteAddress, remotePort: this.#remote.remotePort, end })
    }
  }
}
