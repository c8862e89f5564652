import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Association } from './association.ts'
import { ConnectionFailed } from './errors.ts'
import { errorOfConnectionEnd, EstablishedAssociation } from './established-association.ts'
import { defaultRequestorLimits, limitsWith, type UpperLayerLimits } from './limits.ts'
import { acceptedContexts, maxPduLengthOf, peerFacts, requestPdu, type RequestFields } from './negotiation.ts'
import { encodePdu } from './pdu-encode.ts'
import { PduError, type AssociateAcceptPdu, type AssociateRequestPdu } from './pdu.ts'
import { UpperLayerProvider } from './provider.ts'
import { socketOptions } from './transport.ts'
import { profileOptions, tlsFacts, type RequestorTls } from './tls.ts'

export interface RequestOptions extends RequestFields {
  readonly host: string
  readonly port: number
  readonly tls?: RequestorTls
  readonly limits?: Partial<UpperLayerLimits>
  /** Gives up while asking, and aborts the association afterwards. */
  readonly signal?: AbortSignal
}

/**
 * Connects and asks for an association; the presentation contexts get the ids 1, 3, 5 … in the order given. An association
 * without an accepted context is one too: look into `contexts`.
 * @throws RangeError before connecting, for what no request can say; ConnectionFailed, AssociationRejected, AssociationAborted, AssociationLost, AssociationTimedOut; the reason of `signal`
 */
export async function requestAssociation(options: RequestOptions): Promise<Association> {
  options.signal?.throwIfAborted()
  const limits = limitsWith(defaultRequestorLimits, options.limits)
  const request = requestPdu(options, limits.maxPduBytes)
  const encoded = encodePdu(request)
  const socket = await connect(options, limits.connectMs)
  return establish(options, limits, { request, encoded }, socket)
}

/** Sta1 to Sta6 of the requestor, on a socket that is connected. */
function establish(options: RequestOptions, limits: UpperLayerLimits, { request, encoded }: { request: AssociateRequestPdu; encoded: Uint8Array }, socket: Socket): Promise<Association> {
  const { promise, resolve, reject } = Promise.withResolvers<Association>()
  const { signal } = options
  let association: EstablishedAssociation | undefined
  const onAbort = (): void => {
    reject(signal?.reason as Error)
    void provider.abort({ how: 'aborted', by: 'us', source: 0, reason: 0 })
  }
  const provider = new UpperLayerProvider({
    role: 'requestor',
    limits,
    connect: () => socket,
    user: {
      accepted: (accept) => {
        try {
          association = associationOf(options, limits, provider, request, accept, socket)
          resolve(association)
        } catch (error) {
          if (!(error instanceof PduError)) throw error
          provider.raise('invalidPdu', { error })
        }
      },
      data: (piece) => association?.take(piece) ?? false,
      releaseIndicated: () => { association?.releaseIndicated() },
      ended: (end) => {
        signal?.removeEventListener('abort', onAbort)
        if (association) association.finish(end)
        else reject(errorOfConnectionEnd(end))
      },
    },
  })
  signal?.addEventListener('abort', onAbort, { once: true })
  provider.raise('associateRequest')
  provider.raise('transportConfirm', { parts: [encoded] })
  return promise
}

function associationOf(options: RequestOptions, limits: UpperLayerLimits, provider: UpperLayerProvider, request: AssociateRequestPdu, accept: AssociateAcceptPdu, socket: Socket): EstablishedAssociation {
  const contexts = acceptedContexts(request, accept)
  const { asyncOperations, userIdentityResponse } = accept.userInformation
  const tls = tlsFacts(socket)
  provider.setContextIds(contexts.keys())
  return new EstablishedAssociation(provider, {
    callingAETitle: options.callingAETitle,
    calledAETitle: options.calledAETitle,
    remoteAddress: socket.remoteAddress ?? options.host,
    remotePort: socket.remotePort ?? options.port,
    contexts,
    maxPduLength: maxPduLengthOf(accept),
    ...peerFacts(accept),
    ...(tls ? { tls } : {}),
    ...(asyncOperations ? { asyncOperations } : {}),
    ...(userIdentityResponse ? { userIdentityResponse } : {}),
  }, limits.maxPduBytes)
}

/** A connected socket, through the TLS handshake if there is one. */
function connect(options: RequestOptions, connectMs: number): Promise<Socket> {
  const { host, port, tls, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const tcp = { host, port, ...socketOptions }
  const socket = tls
    ? connectTls({
      ...tcp,
      ...profileOptions(tls.profile),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
      ...(tls.ca === undefined ? {} : { ca: [...tls.ca] }),
      // A name indication must not be an address (RFC 6066 §3).
      ...(tls.servername !== undefined ? { servername: tls.servername } : isIP(host) ? {} : { servername: host }),
    })
    : connectTcp(tcp)
  const fail = (error: Error): void => {
    socket.destroy()
    settled()
    reject(error)
  }
  const failConnection = (cause: Error): void => { fail(new ConnectionFailed(`No connection to ${host} port ${port}: ${cause.message}`, { cause })) }
  const onClose = (): void => { failConnection(new Error('closed by the peer')) }
  const onAbort = (): void => { fail(signal?.reason as Error) }
  const timeout = setTimeout(() => { failConnection(new Error(`nothing within ${connectMs} ms`)) }, connectMs)
  const settled = (): void => {
    clearTimeout(timeout)
    socket.off('close', onClose)
    signal?.removeEventListener('abort', onAbort)
  }
  socket.once('error', failConnection)
  socket.once('close', onClose)
  signal?.addEventListener('abort', onAbort, { once: true })
  socket.once(tls ? 'secureConnect' : 'connect', () => {
    settled()
    socket.off('error', failConnection)
    resolve(socket)
  })
  return promise
}
