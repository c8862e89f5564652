/** The blob store as visitors of anonymised links have it: of an object only the ranges that de-identification leaves. */
import type { Readable } from 'node:stream'
import { decodeLayout, encodeLayout, keepsBulkdata } from '@isocenter/dicom'
import { createHmac } from 'node:crypto'
import type { InstanceRecord } from '../catalogue/index.ts'
import { noSuchResource } from '../platform/problem.ts'
import type { BlobStore, ByteRange } from '../storage/index.ts'

const prefix = 'masked:'
/** Records are looked up anew for every request; so many may be in use at a time. */
const maxKnown = 20_000

interface Reach { readonly blobKey: string; readonly mayRead: (range: ByteRange | undefined) => boolean }

export interface MaskedBytes {
  /** A record whose bytes can be read where its layout, of which the rest is taken away, says that pixels and other kept values are. */
  readonly mask: (record: InstanceRecord, secret: Uint8Array) => InstanceRecord
  /** Reads plain keys as they are, those of masked records within their ranges; writes nothing. */
  readonly blobs: BlobStore
}

export function createMaskedBytes(blobs: BlobStore): MaskedBytes {
  const known = new Map<string, Reach>()

  const allowed = (key: string, range: ByteRange | undefined): string => {
    if (!key.startsWith(prefix)) return key
    const found = known.get(key)
    // Asked for by whatever way that does not go by the masked layout: to it the object is not there.
    if (found?.mayRead(range) !== true) throw noSuchResource('This cannot be had without what identifies its patient.')
    return found.blobKey
  }
  const denied = () => Promise.reject(new Error('A shared service only reads.'))

  return {
    mask: (record, secret) => {
      const layout = decodeLayout(record.layout)
      const bulkdata = layout.bulkdata.filter(({ path, vr }) => keepsBulkdata(path, vr))
      const key = `${prefix}${record.blobKey}`
      // What is deflated can only be read from its beginning; its readers cut out what they were told of.
      const mayRead = layout.inflated ? () => true : (range: ByteRange | undefined) => range !== undefined
        && bulkdata.some(({ offset, length }) => range.offset >= offset && range.offset + range.length <= offset + length)
      known.delete(key)
      known.set(key, { blobKey: record.blobKey, mayRead })
      const [oldest] = known.keys()
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest)
      return {
        ...record, blobKey: key,
        // The digest of the original is a name of it too.
        sha256: createHmac('sha256', secret).update(record.sha256).digest(),
        layout: bulkdata.length === layout.bulkdata.length ? record.layout : Buffer.from(encodeLayout({ ...layout, bulkdata })),
      }
    },
    blobs: {
      read: async (key, range, signal): Promise<Readable> => blobs.read(allowed(key, range), range, signal),
      readAtOnce: async (key, range, signal) => blobs.readAtOnce(allowed(key, range), range, signal),
      stat: async (key) => (key.startsWith(prefix) ? undefined : blobs.stat(key)),
      create: denied, delete: denied, sweepUnfinished: denied, countUnfinished: denied,
      list: () => { throw new Error('A shared service does not list.') },
      check: () => blobs.check(),
      close: () => Promise.resolve(),
    },
  }
}
