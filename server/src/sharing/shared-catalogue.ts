/**
 * The catalogue as visitors of share links have it. All that their DICOMweb service answers is read through this: it knows the link's studies
 * without their hidden series, and of an anonymised link nothing but stand-ins and de-identified data sets. What is not here it does not have.
 */
import { createHmac } from 'node:crypto'
import { deidentify, orderedJson, type DicomJson } from '@isocenter/dicom'
import type { Catalogue, InstanceRecord, MetadataEdition, Scope } from '../catalogue/index.ts'
import { servicePath } from '../dicomweb/index.ts'
import type { Access, SharedReach } from '../identity/index.ts'
import { noSuchResource } from '../platform/problem.ts'
import { searchShared } from './shared-search.ts'
import type { MaskedBytes } from './masked-bytes.ts'
import type { LinkNames, Names } from './names.ts'

type SharedAccess = Access & { readonly share: SharedReach }

/** @throws noSuchResource 404 for a request that is no visitor's */
export function asShared(access: Pick<Access, 'share'>): asserts access is SharedAccess {
  if (access.share === undefined) throw noSuchResource('Nothing is served at this path.')
}

/** Metadata that can only be read one by one: those joined beforehand are of the originals, and of all series. */
const notReady = { revision: '', series: [{ isJoinable: false }] } as unknown as MetadataEdition

export function createSharedCatalogue({ catalogue, names, masked }: { readonly catalogue: Catalogue; readonly names: LinkNames; readonly masked: MaskedBytes }): Catalogue {
  const denied = () => Promise.reject(new Error('A shared service only reads.'))
  /** The original's names and the visitor's, where he is shown it. */
  const known = async (access: Access, asked: Scope): Promise<{ names: Names; own: Scope } | undefined> => {
    asShared(access)
    const all = await names.of(access, asked)
    const own = all.originalOf(asked)
    return own && { names: all, own }
  }
  const recordFor = (access: Access, record: InstanceRecord, shown: Required<Scope>): InstanceRecord => {
    const { maskSecret } = access.share ?? {}
    return maskSecret === undefined ? record : { ...masked.mask(record, maskSecret), ...uidsOf(shown) }
  }
  /** No name of the organisation's rows. */
  const revisionFor = (access: Access, revision: string) => createHmac('sha256', access.share?.maskSecret ?? '')
    .update(`${access.share?.linkId ?? ''} ${revision} ${[...access.share?.hiddenSeries ?? []].sort().join()}`)
    .digest('base64url')

  async function* shownInstances<Item>(
    access: Access,
    scope: Scope,
    read: (own: Scope) => AsyncIterable<Item>,
    uids: (item: Item) => Required<Scope>,
  ): AsyncGenerator<{ item: Item; shown: Required<Scope>; names: Names }> {
    const found = await known(access, scope)
    if (!found) return
    for await (const item of read(found.own)) {
      const shown = found.names.shownAs(uids(item))
      if (shown) yield { item, shown, names: found.names }
    }
  }

  return {
    findInstance: async (access, scope) => {
      const found = await known(access, scope)
      const record = found && await catalogue.findInstance(access, found.own as Required<Scope> & typeof scope)
      return record && recordFor(access, record, scope)
    },
    instances: async function* (access, scope) {
      for await (const { item, shown } of shownInstances(access, scope, (own) => catalogue.instances(access, own), uidsOf)) yield recordFor(access, item, shown)
    },
    metadata: async function* (access, scope) {
      for await (const { item: { record, json }, shown, names: { isMasked, pseudonyms } } of shownInstances(access, scope, (own) => catalogue.metadata(access, own), ({ record: one }) => uidsOf(one))) {
        const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = shown
        const bulkdata = `${servicePath}/studies/${StudyInstanceUID}/series/${String(SeriesInstanceUID)}/instances/${String(SOPInstanceUID)}/bulkdata`
        yield { record: recordFor(access, record, shown), json: isMasked ? orderedJson(deidentify(JSON.parse(json) as DicomJson, { pseudonyms, bulkdataURI: (path) => `${bulkdata}/${path}` })) : json }
      }
    },
    metadataEdition: async (access, scope) => {
      const found = await known(access as Access, scope)
      return found && notReady
    },
    presence: async (access, scope) => {
      const found = await known(access, scope)
      const presence = found && await catalogue.presence(access, found.own)
      return presence && { ...presence, revision: revisionFor(access, presence.revision), numberOfInstances: found.names.count(scope) }
    },
    representative: async (access, scope) => {
      const found = await known(access, scope)
      const shown = found?.names.middleOf(scope)
      const own = shown && found?.names.originalOf(shown)
      const original = own && await catalogue.representative(access, own)
      if (!original || !shown) return undefined
      const { maskSecret } = access.share ?? {}
      // The kept thumbnail may show what an overlay says.
      return maskSecret === undefined ? original : { ...original, ...uidsOf(shown), thumbnailKey: undefined, sha256: createHmac('sha256', maskSecret).update(original.sha256).digest() }
    },
    search: async (access, search) => {
      asShared(access)
      return searchShared(catalogue, access, await names.of(access), search)
    },
    wasDeleted: () => Promise.resolve(false),
    fallbackCharset: (access) => catalogue.fallbackCharset(access),
    receivedDigest: (record) => (record.blobKey.startsWith('masked:') ? Promise.resolve(record.sha256) : catalogue.receivedDigest(record)),
    keepThumbnail: () => Promise.resolve(false),
    onStored: () => () => undefined,
    store: denied, delete: denied, changes: denied, nameReadyMetadata: denied, forgetReadyMetadata: denied,
    readPieces: () => { throw new Error('A shared service has no ready-made metadata.') },
    changed: () => undefined,
    watchChanges: () => { throw new Error('A shared service has no change feed.') },
    close: () => Promise.resolve(),
  }
}

const uidsOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope) => ({ StudyInstanceUID, SeriesInstanceUID: SeriesInstanceUID ?? '', SOPInstanceUID: SOPInstanceUID ?? '' })
