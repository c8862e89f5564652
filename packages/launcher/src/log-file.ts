import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'

/** The log is begun anew, keeping one old file, when it has grown past this. */
const longestBytes = 50 * 1024 ** 2

/** Appends lines to a file that never grows without end. */
export class LogFile {
  readonly #path: string
  #stream: WriteStream
  #bytes: number

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#path = path
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#stream = this.#open()
  }

  write(line: string): void {
    if (this.#bytes > longestBytes) {
      this.#stream.end()
      renameSync(this.#path, `${this.#path}.1`)
      this.#bytes = 0
      this.#stream = this.#open()
    }
    this.#bytes += Buffer.byteLength(line) + 1
    this.#stream.write(`${line}\n`)
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return new Promise((resolve) => { this.#stream.end(resolve) })
  }

  #open(): WriteStream {
    // A full disk must not end the server: the log is then incomplete, and the terminal says so.
    return createWriteStream(this.#path, { flags: 'a', mode: 0o600 }).on('error', (error) => { console.error(`The log cannot be written: ${error.message}`) })
  }
}
