import type { Readable } from 'node:stream'

/** One thing that may be a DICOM object: a file, or an entry of a zip file. */
export interface Source {
  /** Path as the user would say it; entries as `archive.zip!/entry`. */
  readonly name: string
  readonly byteLength: number
  /** Changes when the content may have: what the journal compares. */
  readonly stamp: string
  /** A fresh stream of all bytes. */
  readonly open: () => Promise<Readable>
}

/** What cannot even be looked at. */
export interface Unreadable {
  readonly name: string
  readonly reason: string
}
