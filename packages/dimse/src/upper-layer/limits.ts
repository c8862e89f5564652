/** What a connection may take: bytes, time, and how many there are. */
export interface UpperLayerLimits {
  /** The longest P-DATA-TF we take, bytes after its header; advertised to the peer, and the longest we send where the peer takes more. */
  readonly maxPduBytes: number
  /** The longest A-ASSOCIATE-RQ or -AC we take, bytes after its header. Memory is taken only as bytes really come. */
  readonly maxAssociatePduBytes: number
  /** Associations at a time; one more is rejected as local-limit-exceeded, transient. Acceptor only. */
  readonly maxAssociations: number
  /** Connections at a time, those without an association included; one more is closed at once. Acceptor only. */
  readonly maxConnections: number
  /** PS3.8 §9.1.5: for the peer to ask for an association, or to close; also for its answer to a request or release of ours. */
  readonly artimMs: number
  /** Nothing in either direction on an established association; 0 is no limit. Stands still while received data waits to be asked for. */
  readonly idleMs: number
  /** From the first byte of a PDU to its last, while we read. */
  readonly pduMs: number
  /** To connect, TLS handshake included. Requestor only. */
  readonly connectMs: number
  /** For the peer to take what was written. */
  readonly writeMs: number
}

export const defaultLimits: UpperLayerLimits = {
  maxPduBytes: 256 * 1024,
  maxAssociatePduBytes: 1024 * 1024,
  maxAssociations: 256,
  maxConnections: 1024,
  artimMs: 30_000,
  idleMs: 300_000,
  pduMs: 60_000,
  connectMs: 10_000,
  writeMs: 60_000,
}

/**
 * As `defaultLimits`, without an idle limit: a peer that works on our request may say nothing for long, and how long is
 * known to who asked.
 */
export const defaultRequestorLimits: UpperLayerLimits = { ...defaultLimits, idleMs: 0 }

/** Less than this would make a header of every few hundred bytes; 0 would promise to take any length. */
const leastMaxPduBytes = 1024

/** The limits with some of them given. @throws RangeError for PDUs of less than 1024 bytes */
export function limitsWith(defaults: UpperLayerLimits, given: Partial<UpperLayerLimits> = {}): UpperLayerLimits {
  const limits = { ...defaults, ...given }
  if (!(limits.maxPduBytes >= leastMaxPduBytes && limits.maxPduBytes < 2 ** 32)) throw new RangeError(`PDUs of at most ${limits.maxPduBytes} bytes: it must be ${leastMaxPduBytes} or more, and fit 32 bits.`)
  return limits
}
