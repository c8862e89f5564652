import { StagedFile, StagedFileEnded } from '@isocenter/durable-files'
import type { FileHandle } from 'node:fs/promises'
import { BlobWriterEnded, type BlobWriter } from './blob-store.ts'
import { namedFileError } from './fs-errors.ts'

/** Writes one blob into a staging file, which `publish` moves to where readers look once its bytes are durable. */
export class FileBlobWriter implements BlobWriter {
  readonly isCopying = true
  readonly #file: StagedFile
  readonly #publish: () => Promise<void>

  /** @param openStaging opens the new, empty file at `stagingPath`; called once at most */
  constructor(stagingPath: string, openStaging: () => Promise<FileHandle>, publish: () => Promise<void>) {
    this.#file = new StagedFile(stagingPath, openStaging)
    this.#publish = publish
  }

  write(chunk: Uint8Array): Promise<void> | void {
    try {
      return this.#file.write(chunk)?.catch(named)
    } catch (error) {
      named(error)
    }
  }

  commit(): Promise<{ byteLength: number }> {
    return this.#file.commit(this.#publish).catch(named)
  }

  abort(): Promise<void> {
    return this.#file.abort().catch(named)
  }
}

/** @throws BlobStoreError always */
function named(error: unknown): never {
  throw error instanceof StagedFileEnded ? new BlobWriterEnded('This blob was committed or aborted before.', { cause: error }) : namedFileError(error)
}
