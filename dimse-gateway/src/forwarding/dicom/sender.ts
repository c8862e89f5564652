/** Sends objects to a DICOM node by C-STORE, over one association that stays open from object to object. */
import { DimseConnection, maxPresentationContexts, NoPresentationContext, requestAssociation, store, type Association, type RequestorTls } from '@isocenter/dimse'
import { ExplicitVRLittleEndian, implicitVR, ImplicitVRLittleEndian, NotExplicit, transferSyntax } from '@isocenter/dicom'
import type { DicomNode } from '../../configuration/nodes.ts'
import { ObjectUnreadable, type Attempt, type Sendable, type Sender, type Trouble, type Verdict } from '../attempt.ts'
import { paced, type BandwidthLimit } from '../bandwidth.ts'
import { wholeFileOf } from '../whole-file.ts'
import { associationTrouble, storeVerdict } from './failures.ts'

export interface DicomSenderOptions {
  readonly node: DicomNode
  readonly callingAETitle: string
  readonly tls: RequestorTls | undefined
  readonly limit: BandwidthLimit
}

/** An association without work is released after so long: peers have few of them, and end idle ones as an error. */
const idleReleaseMs = 5_000
/** To answer one C-STORE, once its last byte has gone. */
const answerTimeoutMs = 300_000

interface Open {
  readonly association: Association
  readonly connection: DimseConnection
  /** Proposed, be they accepted or not. */
  readonly proposed: ReadonlySet<string>
}

export function createDicomSender({ node, callingAETitle, tls, limit }: DicomSenderOptions): Sender {
  let open: Open | undefined
  let idle: NodeJS.Timeout | undefined
  /** Pairs of SOP class and transfer syntax that were sent, the latest last: what is proposed besides what is needed. */
  const known = new Set<string>()

  const connect = async (objects: readonly Sendable[], signal: AbortSignal): Promise<Open> => {
    const needed = new Set(objects.flatMap(pairsOf))
    if (open && [...needed].every((pair) => open?.proposed.has(pair))) return open
    await leave()
    for (const pair of needed) {
      known.delete(pair)
      known.add(pair)
    }
    const pairs = [...known].slice(-maxPresentationContexts)
    const association = await requestAssociation({
      host: node.host, port: node.port, callingAETitle, calledAETitle: node.calledAETitle, signal, ...(tls && { tls }),
      contexts: pairs.map((pair) => {
        const [abstractSyntax = '', transferSyntaxUID = ''] = pair.split(' ')
        return { abstractSyntax, transferSyntaxes: [transferSyntaxUID] }
      }),
    })
    const opened = { association, connection: new DimseConnection(association), proposed: new Set(pairs) }
    open = opened
    // The peer may end it at any time; whoever uses it next finds out and asks for another.
    void association.ended.then(() => { if (open === opened) open = undefined })
    return opened
  }

  const leave = async (): Promise<void> => {
    clearTimeout(idle)
    const left = open
    open = undefined
    // A peer that is gone already is left as well.
    await left?.association.release().catch(() => undefined)
  }

  const storeOne = async ({ association, connection }: Open, object: Sendable, signal: AbortSignal): Promise<Verdict | Trouble> => {
    const { SOPClassUID, SOPInstanceUID, urgent } = object.delivery
    try {
      const sent = await acceptable(association, object, signal)
      if (sent === undefined) return notAccepted(association, object)
      await using _sent = { [Symbol.asyncDispose]: async () => { if (sent.object !== object) await sent.object.dispose?.() } }
      const { transferSyntaxUID } = sent
      const dataSet = wholeFileOf(sent.object, sent.object.dataSetOffset)
      const response = await store(connection, {
        SOPClassUID, SOPInstanceUID, transferSyntaxUID, priority: urgent ? 1 : 0, timeoutMs: answerTimeoutMs, signal,
        dataSet: paced(transferSyntaxUID === sent.object.transferSyntaxUID ? dataSet : implicitVR(dataSet), limit, signal),
      })
      return storeVerdict(response, { sentTransferSyntaxUID: transferSyntaxUID === object.transferSyntaxUID ? undefined : transferSyntaxUID, isProof: !node.commitment })
    } catch (error) {
      if (error instanceof NoPresentationContext) return notAccepted(association, object)
      // Half a data set has gone: nothing else can follow it.
      await association.abort()
      if (error instanceof ObjectUnreadable || error instanceof NotExplicit) return { kind: 'refused', error: { code: 'objectUnreadable' }, isFinal: false }
      signal.throwIfAborted()
      const trouble = associationTrouble(error)
      if (!trouble) throw error
      return trouble
    }
  }

  return {
    send: async (objects, signal): Promise<Attempt> => {
      clearTimeout(idle)
      const verdicts = new Map<number, Verdict>()
      for (const object of objects) {
        const wasOpen = open !== undefined
        try {
          const outcome = await storeOne(await connect(objects, signal), object, signal)
          if ('kind' in outcome) verdicts.set(object.delivery.deliveryId, outcome)
          // An association that had lain open may have been ended by the peer, as it is free to.
          else return { verdicts, trouble: { ...outcome, concernsOnly: object.delivery.deliveryId, isHarmless: wasOpen && verdicts.size === 0 && outcome.error.code === 'lineDown' } }
        } catch (error) {
          if (signal.aborted) return { verdicts }
          const trouble = associationTrouble(error)
          if (!trouble) throw error
          return { verdicts, trouble }
        }
      }
      idle = setTimeout(() => { void leave() }, idleReleaseMs)
      return { verdicts }
    },
    close: leave,
  }
}

/** The contexts an object can go in: as it is stored, and where it can be decoded, without compression; Implicit VR is all that some old nodes know. */
function pairsOf({ delivery: { SOPClassUID }, transferSyntaxUID, asExplicitLittleEndian }: Sendable): string[] {
  const canBeExplicit = transferSyntaxUID === ExplicitVRLittleEndian || asExplicitLittleEndian !== undefined
  return [...new Set([transferSyntaxUID, ...(canBeExplicit ? [ExplicitVRLittleEndian, ImplicitVRLittleEndian] : [])])].map((one) => `${SOPClassUID} ${one}`)
}

/** What goes out: the object's data set as it is or, where the transfer syntax is another, rewritten to Implicit VR on the way. */
interface Accepted {
  readonly object: Sendable
  readonly transferSyntaxUID: string
}

/** The object in a form the peer accepted, undefined where there is none. */
async function acceptable(association: Association, object: Sendable, signal: AbortSignal): Promise<Accepted | undefined> {
  const accepts = (transferSyntaxUID: string): boolean =>
    [...association.contexts.values()].some((context) => context.abstractSyntax === object.delivery.SOPClassUID && context.transferSyntax === transferSyntaxUID)
  if (accepts(object.transferSyntaxUID)) return { object, transferSyntaxUID: object.transferSyntaxUID }
  const transferSyntaxUID = [ExplicitVRLittleEndian, ImplicitVRLittleEndian].find(accepts)
  if (transferSyntaxUID === undefined) return undefined
  const explicit = object.transferSyntaxUID === ExplicitVRLittleEndian ? object : await object.asExplicitLittleEndian?.(signal)
  return explicit && { object: explicit, transferSyntaxUID }
}

function notAccepted(association: Association, { delivery: { SOPClassUID }, transferSyntaxUID }: Sendable): Verdict {
  const takesClass = [...association.contexts.values()].some((context) => context.abstractSyntax === SOPClassUID)
  const detail = takesClass ? `the node does not take ${transferSyntax(transferSyntaxUID)?.name ?? transferSyntaxUID}` : `the node accepted no presentation context for ${SOPClassUID}`
  // A peer that refuses the context does not say whether it minds the class or the syntax, except by taking another syntax.
  return { kind: 'refused', error: { code: takesClass ? 'transferSyntaxNotAccepted' : 'classNotAccepted', detail }, isFinal: true }
}
