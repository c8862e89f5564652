/** What the users of the upper layer see of an association (PS3.8 §7). */
import { AssociationAborted, AssociationLost, AssociationTimedOut, type AssociationTimer } from './errors.ts'
import type { AsyncOperations, RoleSelection } from './pdu.ts'
import type { DataPiece } from './pdu-stream.ts'

export type { DataPiece } from './pdu-stream.ts'

export interface ProposedContext {
  readonly id: number
  readonly abstractSyntax: string
  /** In the requestor's order. */
  readonly transferSyntaxes: readonly string[]
  /** Roles the requestor proposes for itself; absent is SCU alone (PS3.7 §D.3.3.4). */
  readonly role?: RoleSelection
  /** Service-class-application-information (PS3.7 §D.3.3.5). */
  readonly extended?: Uint8Array
}

export interface AcceptedContext {
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntax: string
  /** Roles of the requestor that the acceptor agreed to. */
  readonly role?: RoleSelection
  readonly extended?: Uint8Array
}

export type AssociationEnd =
  | { readonly how: 'released' }
  /** `detail` tells what the standard's code leaves open. */
  | { readonly how: 'aborted'; readonly by: 'peer' | 'us'; readonly source: number; readonly reason: number; readonly detail?: string }
  | { readonly how: 'lost'; readonly error?: Error }
  | { readonly how: 'timedOut'; readonly timer: AssociationTimer }

/** What is known of a TLS connection. */
export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  readonly cipher: string
  /** Subject of the peer's certificate, one attribute a line as OpenSSL prints it; absent when it showed none. */
  readonly peerSubject?: string
}

export interface Association {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly remotePort: number
  readonly tls?: TlsFacts
  /** The accepted ones, by id. */
  readonly contexts: ReadonlyMap<number, AcceptedContext>
  /** The longest P-DATA-TF the peer takes, bytes after the PDU header; 0 is no limit. */
  readonly maxPduLength: number
  /** As agreed, from the requestor's side; absent means one operation at a time. */
  readonly asyncOperations?: AsyncOperations
  /** Of the peer. */
  readonly implementationClassUID?: string
  /** Of the peer. */
  readonly implementationVersionName?: string
  /** The acceptor took the user identity that the requestor gave. */
  readonly userIdentityResponse?: Uint8Array

  /**
   * The next piece; undefined once the peer asked for release, or the association was released. While nobody asks, at most
   * one chunk of the socket is read ahead. The bytes are part of that chunk: keep a copy of a small piece that lives long.
   * @throws AssociationAborted, AssociationLost, AssociationTimedOut; AssociationStateError when somebody else waits already
   */
  receive(): Promise<DataPiece | undefined>
  /**
   * Sends the command or the data set of a message, in values within the peer's PDU limit; resolves when the socket has
   * taken it. Bytes are not copied: they must not change until then. Several at once are sent one after the other.
   * @throws as `receive`; AssociationStateError after a release; what the iterable throws, after aborting where a part has been sent
   */
  send(contextId: number, kind: 'command' | 'dataSet', bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>
  /** A command and its data set, with nothing between them and in one write as far as they go into one. */
  sendMessage(contextId: number, command: Uint8Array, dataSet?: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Until it is disposed, the peer waits for us and its silence is not idleness; for an operation that takes long and is
   * watched for a cancel by `receive` meanwhile.
   */
  working(): Disposable
  /** Releases in order, or answers the peer that asked; what still comes and nobody waits for is dropped. */
  release(): Promise<void>
  /** Sends A-ABORT (source: service-user) unless it has ended; resolves when that has left, or cannot. */
  abort(reason?: number): Promise<void>
  /** Resolves once, when the outcome is known. */
  readonly ended: Promise<AssociationEnd>
}

/** The error that an end is to whoever still uses the association; undefined for a release. */
export function errorOfEnd(end: AssociationEnd): Error | undefined {
  switch (end.how) {
    case 'released': return undefined
    case 'aborted': return new AssociationAborted(end)
    case 'lost': return new AssociationLost(end.error)
    case 'timedOut': return new AssociationTimedOut(end.timer)
  }
}
