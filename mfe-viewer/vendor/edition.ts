/**
 * Names for what was changed: the release's files carry digests of what they were, by which browsers keep them for a year. A file of
 * ours must not be taken for one that is kept since before a change.
 */
import { createHash } from 'node:crypto'

type Files = ReadonlyMap<string, string | Uint8Array>

/** The digest of 16 hex digits in a file's name. */
const digestInName = /(?<=(?:^|[./]))[0-9a-f]{16}(?=\.)/

/** The same files, with other digests in their names, and where texts name them, as soon as a byte of any of them is another. */
export function renamed(files: Files): Files {
  const edition = createHash('sha256')
  for (const name of [...files.keys()].sort()) edition.update(`${name}\0`).update(files.get(name) ?? '').update('\0')
  const suffix = edition.digest('hex')
  const digests = new Map([...files.keys()].flatMap((name) => digestInName.exec(name)?.[0] ?? []).map((digest) => [digest, createHash('sha256').update(digest + suffix).digest('hex').slice(0, 16)]))
  if (digests.size === 0) return files
  const named = new RegExp([...digests.keys()].join('|'), 'g')
  const ofEdition = (text: string): string => text.replace(named, (digest) => digests.get(digest) ?? digest)
  return new Map([...files].map(([name, content]) => [ofEdition(name), typeof content === 'string' ? ofEdition(content) : content]))
}
