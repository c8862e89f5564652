/** From received parts to stored instances: several on their way at once, each durable and visible before it is acknowledged. */
import { describeInstance, encodeLayout, type DicomJson } from '@isocenter/dicom'
import type { StoreOutcome } from '../../catalogue/index.ts'
import { reachesStudy, type Access } from '../../identity/index.ts'
import { BlobStoreError } from '../../storage/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { pathOf } from '../paths.ts'
import { boundedLog, type PartLog } from './bounded-log.ts'
import { servicePath } from '../service-url.ts'
import { digestText } from './data-set-digest.ts'
import type { ReceivedObject, ReceivedPart } from './parts.ts'
import { PartRefused, receive, refusalOf, type Received } from './receive.ts'
import type { FailedResult, StoredResult, StoreResult } from './response.ts'
import { identityOf, remarksOn, type Identity } from './validate.ts'

export interface Ingest extends Pick<DicomwebDeps, 'blobs' | 'catalogue' | 'metrics'> {
  readonly access: Access
  /** Only instances of this study are taken, where the request's path names one. */
  readonly StudyInstanceUID: string | undefined
  readonly maxInstanceBytes: number
  readonly fallbackCharset: string | undefined
  readonly log: PartLog
}

/** What came of a request's parts, in their order; `interrupted` is the error that ended the parts early. */
export interface IngestOutcome {
  readonly results: readonly StoreResult[]
  readonly allTooLarge: boolean
  readonly interrupted?: unknown
}

/** Instances whose commit is awaited while the next one is received: enough for the catalogue to commit them in groups. */
const maxUnderWay = 32
const unreadableDigest = 'Data-Set-Digest is no dictionary of digests with a SHA-256 of 32 bytes'
/** Metadata text of those instances together, characters. */
const maxUnderWayCharacters = 32 * 1024 * 1024

/** Receives the parts one after the other and stores them side by side; when it resolves, nothing of it is still under way. */
export async function ingest(parts: AsyncIterable<ReceivedPart>, given: Ingest): Promise<IngestOutcome> {
  const log = boundedLog(given.log)
  const options = { ...given, log }
  const results: StoreResult[] = []
  const underWay = new Set<Promise<void>>()
  let characters = 0
  let tooLarge = 0
  let interrupted: unknown
  try {
    let index = 0
    for await (const part of parts) {
      const position = index++
      const taken = await take(part, options)
      if (!('instance' in taken)) {
        if (taken.isTooLarge) tooLarge++
        results[position] = taken.failed
        continue
      }
      characters += taken.metadataText.length
      const storing = settle(taken, options).then((result) => {
        results[position] = result
        characters -= taken.metadataText.length
        underWay.delete(storing)
      })
      underWay.add(storing)
      while (underWay.size >= maxUnderWay || (characters > maxUnderWayCharacters && underWay.size > 0)) await Promise.race(underWay)
    }
  } catch (error) {
    interrupted = error
  }
  await Promise.all(underWay)
  log.end()
  for (const result of results) options.metrics.instancesStored.inc({ outcome: result.kind })
  return { results, allTooLarge: results.length > 0 && tooLarge === results.length, ...(interrupted !== undefined && { interrupted }) }
}

/** An object that can be stored, with its metadata made. */
interface Taken {
  readonly instance: Identity
  readonly received: Omit<Received, 'parsed'>
  readonly transferSyntaxUID: string
  readonly metadataText: string
  readonly layout: Uint8Array
  readonly remarks: readonly object[]
}

async function take(part: ReceivedPart, options: Ingest): Promise<Taken | { failed: FailedResult; isTooLarge: boolean }> {
  if ('failed' in part) {
    options.log.info({ reason: part.failed.reason, SOPInstanceUID: part.failed.SOPInstanceUID }, 'instance refused')
    return { failed: part.failed, isTooLarge: false }
  }
  try {
    if (!part.claimsDicom) throw new PartRefused('cannotUnderstand', 'notApplicationDicom')
    if (part.announced === 'unreadable') throw new PartRefused('corrupted', 'digestUnreadable')
    const received = await receive(part.body, { ...options, organisationId: options.access.organisationId })
    options.metrics.bytesReceived.inc(received.byteLength)
    const taken = asAnnounced(received, part.announced) ?? describe(received, options)
    if ('kind' in taken) {
      await received.writer.abort()
      options.log.info({ reason: taken.reason, SOPInstanceUID: taken.SOPInstanceUID }, 'instance refused')
      return { failed: taken, isTooLarge: false }
    }
    return taken
  } catch (error) {
    const refused = refusalOf(error)
    if (refused) {
      options.log.info({ reason: refused.reason, code: refused.code }, 'part refused')
      return { failed: { kind: 'failed', reason: refused.reason, ...(refused.code === 'digestUnreadable' && { comment: unreadableDigest }) }, isTooLarge: refused.code === 'instanceTooLarge' }
    }
    if (!(error instanceof BlobStoreError)) throw error
    options.log.error({ err: error }, 'part could not be written')
    return { failed: { kind: 'failed', reason: 'processingFailure' }, isTooLarge: false }
  }
}

/** The failure of an object whose data set is not the one its sender announced; undefined where it is, or where nothing was announced. */
function asAnnounced({ parsed, dataSetSha256 }: Received, announced: ReceivedObject['announced']): FailedResult | undefined {
  if (!(announced instanceof Buffer) || announced.equals(dataSetSha256)) return undefined
  // What it says of itself may be what is wrong; the sender finds its object by it all the same.
  const identity = identityOf(parsed)
  return { kind: 'failed', reason: 'corrupted', SOPInstanceUID: identity.SOPInstanceUID, SOPClassUID: identity.SOPClassUID, comment: `received ${digestText(dataSetSha256)}` }
}

/** Checks an object and makes what the catalogue keeps of it. */
function describe({ parsed, ...received }: Received, options: Ingest): Taken | FailedResult {
  const instance = identityOf(parsed)
  if ('kind' in instance) return instance
  const { StudyInstanceUID, SOPInstanceUID, SOPClassUID } = instance
  if (options.StudyInstanceUID !== undefined && StudyInstanceUID !== options.StudyInstanceUID) return { kind: 'failed', reason: 'otherStudy', SOPInstanceUID, SOPClassUID }
  if (!reachesStudy(options.access, StudyInstanceUID)) return { kind: 'failed', reason: 'notAuthorized', SOPInstanceUID, SOPClassUID }
  const bulkdata = `${servicePath}${pathOf(instance)}/bulkdata/`
  const { metadataText, layout, warnings } = describeInstance(parsed, { bulkDataURI: (path) => bulkdata + path })
  return {
    instance, received,
    transferSyntaxUID: parsed.transferSyntaxUID,
    metadataText,
    layout: encodeLayout(layout),
    remarks: remarksOn(parsed, warnings),
  }
}

/** Makes a taken object durable: first its bytes, then its rows. Never rejects: what goes wrong is this instance's failure. */
async function settle(taken: Taken, options: Ingest): Promise<StoreResult> {
  const { instance: { SOPInstanceUID, SOPClassUID }, instance, received: { writer, ...received }, remarks } = taken
  try {
    await writer.commit()
    const { outcome, blobKept } = await options.catalogue.store(options.access, {
      ...instance, ...received,
      transferSyntaxUID: taken.transferSyntaxUID,
      attributes: JSON.parse(taken.metadataText) as DicomJson,
      metadataText: taken.metadataText,
      layout: taken.layout,
      warnings: remarks.length > 0 ? remarks : undefined,
    })
    if (!blobKept) await forget(received.blobKey, options)
    if (outcome === 'refused') return { kind: 'failed', reason: 'duplicate', SOPInstanceUID, SOPClassUID }
    if (outcome === 'quarantined') options.log.info({ SOPInstanceUID }, 'instance held apart: its study is of another patient')
    // Also where the object was there already: only one with this very data set counts as there.
    return { kind: 'stored', ...instance, isDirty: remarks.length > 0, disposition: dispositions[outcome], dataSetSha256: received.dataSetSha256 }
  } catch (error) {
    // Whether a row names the blob is not known now: if none does, the sweep will find that out.
    await writer.abort()
    const refused = refusalOf(error)
    options.log.error({ err: error, SOPInstanceUID }, 'instance could not be stored')
    return { kind: 'failed', reason: refused?.reason ?? 'processingFailure', SOPInstanceUID, SOPClassUID }
  }
}

const dispositions: Partial<Record<StoreOutcome['outcome'], StoredResult['disposition']>> = { unchanged: 'alreadyThere', quarantined: 'heldApart' }

/** Removes a blob no row names. What cannot be removed now is an orphan, which the sweep removes later. */
async function forget(blobKey: string, { blobs, log }: Ingest): Promise<void> {
  try {
    await blobs.delete(blobKey)
  } catch (error) {
    log.warn({ err: error, blobKey }, 'blob left to the sweep')
  }
}
