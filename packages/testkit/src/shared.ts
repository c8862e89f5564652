import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder of the collected real DICOM files, laid beside the repository; undefined where it is not, so that tests can skip. */
export function sharedDicom(): string | undefined {
  const folder = fileURLToPath(new URL('../../../../shared/dicom', import.meta.url))
  return existsSync(folder) ? folder : undefined
}
