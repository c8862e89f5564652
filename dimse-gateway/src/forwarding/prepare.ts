/** From what lies in the spool to what is sent to a node. */
import { rm } from 'node:fs/promises'
import type { CodecPool } from '@isocenter/codecs'
import type { Node } from '../configuration/nodes.ts'
import type { Spool } from '../spool/index.ts'
import { ObjectUnreadable, type Sendable } from './attempt.ts'
import type { Delivery } from './delivery.ts'
import type { Prepare } from './node-worker.ts'
import { decompressed, recompressed, type RecodingOptions } from './recoding/recode.ts'

export interface PrepareOptions {
  readonly spool: Pick<Spool, 'read' | 'pathOf'>
  readonly pool: CodecPool
  readonly scratchDirectory: string
}

export interface Preparation {
  readonly prepare: Prepare
  /** Removes what a crash left of recoded objects. */
  readonly clear: () => Promise<void>
}

export function createPreparation({ spool, pool, scratchDirectory }: PrepareOptions): Preparation {
  const recoding: RecodingOptions = { pool, scratchDirectory, pathOf: (objectId) => spool.pathOf(objectId) }
  const asItLies = (delivery: Delivery): Sendable => ({
    delivery, transferSyntaxUID: delivery.transferSyntaxUID, byteLength: delivery.byteLength, dataSetOffset: delivery.dataSetOffset, dataSetSha256: delivery.dataSetSha256,
    read: (from) => spool.read(delivery.objectId, from),
  })
  return {
    clear: () => rm(scratchDirectory, { recursive: true, force: true }),
    prepare: async (delivery: Delivery, node: Node, signal: AbortSignal) => {
      const object = asItLies(delivery)
      if (node.kind === 'dicom') return { ...object, asExplicitLittleEndian: (given: AbortSignal) => readable(delivery, decompressed(object, recoding, given), given) }
      if (node.recompress === 'none') return object
      return await readable(delivery, recompressed(object, node.recompress, recoding, signal), signal) ?? object
    },
  }
}

/** @throws ObjectUnreadable where the spool's file is the trouble */
async function readable<T>({ deliveryId }: Delivery, work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work
  } catch (error) {
    signal.throwIfAborted()
    throw new ObjectUnreadable(deliveryId, { cause: error })
  }
}
