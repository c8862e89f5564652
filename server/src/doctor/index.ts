/** The doctor: holds database, blob store and catalogue against each other. */
import { createMetrics } from '../platform/metrics.ts'
import { examineBlobs, examineUnfinished } from './blobs.ts'
import { examineBlobStore, examineDatabase, examineSigningKeys } from './connections.ts'
import type { Examination, ExaminationOptions, Examined } from './examination.ts'
import { Findings, type Finding } from './findings.ts'
import { examineCounts, examineMetadata } from './rows.ts'

export { reasonOf } from './connections.ts'
export { CannotExamine, type Examined } from './examination.ts'
export { report } from './report.ts'

/** What an examination came to. */
export interface Diagnosis {
  readonly examined: Readonly<Examined>
  readonly findings: readonly Finding[]
  /** Nothing was found, or everything found is mended. */
  readonly isHealthy: boolean
}

/**
 * Looks at everything, and mends what it may. Safe beside running servers; memory stays the same however much is stored.
 * @throws CannotExamine when the database or the blob store does not answer
 */
export async function examine(options: ExaminationOptions): Promise<Diagnosis> {
  const examination: Examination = {
    ...options,
    findings: new Findings(options.maxExamples),
    metrics: createMetrics(),
    examined: { studies: 0, series: 0, instances: 0, formerVersions: 0, blobs: 0, blobBytes: 0, readWhole: 0 },
  }
  await examineDatabase(examination)
  await examineBlobStore(examination)
  await examineSigningKeys(examination)
  // Blobs first: what is recovered from them is counted afterwards.
  await examineBlobs(examination)
  await examineUnfinished(examination)
  await examineMetadata(examination)
  await examineCounts(examination)
  const findings = examination.findings.all()
  return { examined: examination.examined, findings, isHealthy: findings.every(({ found, mended }) => found === mended) }
}
