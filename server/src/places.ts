import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import type { BlobStoreConfig } from './storage/index.ts'

/** The file with the keys that sign tokens. */
export const signingKeysFile = (config: Pick<Config, 'SIGNING_KEYS_FILE' | 'DATA_DIR'>): string =>
  config.SIGNING_KEYS_FILE ?? join(resolve(config.DATA_DIR), 'secrets', 'signing-keys.json')

const signingKeyDays = 90

/** Days a signing key signs; 0: for ever. A file that was put there by somebody may be one of several copies, which no server can rotate. */
export const signingKeyAge = (config: Pick<Config, 'SIGNING_KEYS_FILE' | 'SIGNING_KEY_DAYS'>): number =>
  config.SIGNING_KEY_DAYS ?? (config.SIGNING_KEYS_FILE === undefined ? signingKeyDays : 0)

/** The viewer as it was built: beside the screens. */
export const viewerDirectory = (config: Pick<Config, 'SCREENS_DIR'>): string => resolve(screensDirectory(config), '../viewer')

/** The screens as they were built: those of this installation where the settings name none. */
export const screensDirectory = (config: Pick<Config, 'SCREENS_DIR'>): string => resolve(config.SCREENS_DIR ?? fileURLToPath(new URL('../../dist/screens', import.meta.url)))

/** Where what is on its way waits: files without a name, gone with the process that made them. */
export const spoolDirectory = (config: Pick<Config, 'DATA_DIR'>): string => join(resolve(config.DATA_DIR), 'spool')

/** Where blobs go, in the storage's own terms. */
export function blobStoreConfig(config: Config): BlobStoreConfig {
  if (config.BLOB_STORE === 'fs') return { kind: 'fs', directory: join(resolve(config.DATA_DIR), 'blobs') }
  if (config.S3_BUCKET === undefined) throw new Error('S3_BUCKET is missing.')
  return {
    kind: 's3',
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    bucket: config.S3_BUCKET,
    prefix: config.S3_PREFIX,
    accessKeyId: config.S3_ACCESS_KEY_ID,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    forcePathStyle: config.S3_FORCE_PATH_STYLE,
    sse: config.S3_SSE,
    sseKmsKeyId: config.S3_SSE_KMS_KEY_ID,
  }
}
