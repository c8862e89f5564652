import { flushDirectory, flushOpenDirectory } from '@isocenter/durable-files'
import { open, type FileHandle } from 'node:fs/promises'

/** The hour that is and the one that was, and the folders around them. */
const maxOpen = 4

/**
 * Folders that stay open, so that making a name in them durable is one step instead of three. Only for folders that nobody else
 * removes: an open folder that was removed and made again is not the one that is there.
 */
export class OpenFolders {
  readonly #open = new Map<string, Promise<FileHandle>>()

  /** Makes the names in a folder durable. */
  async flush(folder: string): Promise<void> {
    // Windows flushes no folders, and has none open.
    if (process.platform === 'win32') return flushDirectory(folder)
    let handle = this.#open.get(folder)
    if (!handle) {
      handle = open(folder, 'r')
      this.#open.set(folder, handle)
      handle.catch(() => this.#open.delete(folder))
      if (this.#open.size > maxOpen) await this.#closeOldest()
    }
    await flushOpenDirectory(await handle)
  }


  /** Closes them all; what is flushed next is opened anew. */
  async close(): Promise<void> {
    while (this.#open.size > 0) await this.#closeOldest()
  }

  async #closeOldest(): Promise<void> {
    for (const [folder, handle] of this.#open) {
      this.#open.delete(folder)
      // One that could not be opened needs no closing.
      const opened = await handle.catch(() => undefined)
      await opened?.close()
      return
    }
  }
}
