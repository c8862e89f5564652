import type { FastifyBaseLogger } from 'fastify'
import type { Catalogue } from '../catalogue/index.ts'
import type { Db } from '../platform/db.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { BlobStore } from '../storage/index.ts'
import type { Transcoding } from '../transcoding/index.ts'
import type { Findings } from './findings.ts'

/** What the doctor works with and how far it may go. */
export interface ExaminationOptions {
  readonly db: Db
  readonly blobs: BlobStore
  readonly catalogue: Catalogue
  /** Decodes what was compressed here, to have what was received back of it. */
  readonly transcoding: Transcoding
  readonly signingKeysFile: string
  readonly now: () => Date
  readonly log: FastifyBaseLogger
  /** Mend what can be mended without adding or losing an object. */
  readonly mend: boolean
  /** Beside `mend`: store again what the catalogue does not know, and make lost bytes again of their compressed copies. */
  readonly recover: boolean
  /** Read every blob and compare its bytes. */
  readonly deep: boolean
  /** How many examples of each kind are named. */
  readonly maxExamples: number
  /** Told now and then how far it has come. */
  readonly onProgress?: ((examined: Readonly<Examined>) => void) | undefined
}

/** How much was looked at. */
export interface Examined {
  studies: number
  series: number
  instances: number
  formerVersions: number
  blobs: number
  /** bytes of those blobs together */
  blobBytes: number
  /** blobs read from beginning to end */
  readWhole: number
}

/** One examination under way. */
export interface Examination extends ExaminationOptions {
  readonly examined: Examined
  readonly findings: Findings
  /** What a store counts; nobody asks for it here. */
  readonly metrics: Metrics
}

/** Why the doctor could not look at all; the message is for the operator. */
export class CannotExamine extends Error {
  override readonly name = 'CannotExamine'
}
