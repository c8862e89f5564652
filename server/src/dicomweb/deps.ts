import type { AccessLog } from '../audit/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import type { Config } from '../config.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { BlobStore } from '../storage/index.ts'
import type { Transcoding } from '../transcoding/index.ts'
import type { Files } from './wado/file-offers.ts'

/** What the DICOMweb service works with. */
export interface DicomwebDeps {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly transcoding: Transcoding
  readonly accessLog: AccessLog
  readonly metrics: Metrics
  /** Other files than the objects as they are stored. */
  readonly files?: Files | undefined
}
