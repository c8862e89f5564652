/** What the doctor can find, what it means, and what has been found. */

/** How a kind of finding can be mended: by `--mend`, by `--mend --recover`, or not by us. */
export type Remedy = 'mend' | 'recover' | 'none'

interface FindingKindOf {
  /** What they are, before their number: `Series that hold nothing: 2`. */
  readonly title: string
  /** What it means and what to do. */
  readonly advice: string
  readonly remedy: Remedy
}

/** Every kind of finding, gravest first. */
export const findingKinds = {
  missingBlob: {
    title: 'Stored objects whose bytes are missing', remedy: 'none',
    advice: 'The rows name blobs that are not there. Bring them back under the same keys from a backup of the blobs; what cannot be brought back must be sent again by its source.',
  },
  wrongLength: {
    title: 'Stored objects whose blobs are shorter or longer than they were received', remedy: 'none',
    advice: 'Bring the blobs back from a backup, or have the source send the objects again.',
  },
  bytesChanged: {
    title: 'Stored objects whose bytes are not those that were received', remedy: 'none',
    advice: 'Their SHA-256 differs: a fault of the disk, or somebody wrote to the store. Bring the blobs back from a backup, and look at the storage.',
  },
  unreadableBlob: {
    title: 'Blobs the store does not give out whole', remedy: 'none',
    advice: 'Reading failed midway while the store as a whole works: look at the disk or the service, then run the doctor again.',
  },
  objectUnreadable: {
    title: 'Stored objects that can no longer be read as what they were stored as', remedy: 'none',
    advice: 'The bytes are those received, but this version does not find the same UIDs in them. Please report it.',
  },
  misplacedBlob: {
    title: 'Lost objects whose very bytes lie under another key', remedy: 'mend',
    advice: 'Their rows can be made to name these blobs.',
  },
  givenUpInUse: {
    title: 'Blobs in use that are listed for removal', remedy: 'mend',
    advice: 'The sweep leaves them, since rows name them; they belong off the list.',
  },
  recoverable: {
    title: 'Readable DICOM objects in the store that the catalogue does not know', remedy: 'recover',
    advice: 'Either their senders were never told they are stored (a crash), or the database is older than the blobs (a restored backup). Where the instance is known with other bytes, the duplicate policy decides.',
  },
  copyOfLost: {
    title: 'Blobs without a row that hold other bytes of an object that is lost', remedy: 'recover',
    advice: 'What was compressed here after the database was backed up gives back the very bytes that were received; they are proven by their digest. Any other copy is kept: compare by hand.',
  },
  orphan: {
    title: 'Blobs no row names', remedy: 'mend',
    advice: 'Left by stores that never were acknowledged, or by deletions: their objects are in the catalogue with these very bytes, were deleted, or are not DICOM.',
  },
  foreignBlob: {
    title: 'Blobs that are not of our making', remedy: 'none',
    advice: 'Their keys are not ours or name an organisation that does not exist. They are never touched: is this the right bucket or folder, and the right database?',
  },
  overdueBlob: {
    title: 'Blobs that should have been removed a day ago', remedy: 'mend',
    advice: 'A running server removes them every hour: does its log say "sweep failed"?',
  },
  lostDerived: {
    title: 'Thumbnails and ready-made metadata whose blobs are missing', remedy: 'mend',
    advice: 'Forgotten, they are made again when somebody asks for them.',
  },
  unfinishedWrites: {
    title: 'Writes that were never finished', remedy: 'mend',
    advice: 'Left by processes that were killed. They take up room and nothing else.',
  },
  missingMetadata: {
    title: 'Instances without metadata', remedy: 'mend',
    advice: 'Metadata are made again from the stored bytes, where those are whole.',
  },
  wrongStudyCounts: { title: 'Studies whose kept counts are wrong', remedy: 'mend', advice: 'They are counted again.' },
  wrongSeriesCounts: { title: 'Series whose kept counts are wrong', remedy: 'mend', advice: 'They are counted again.' },
  emptyStudy: { title: 'Studies that hold nothing', remedy: 'mend', advice: 'Their rows are removed.' },
  emptySeries: { title: 'Series that hold nothing', remedy: 'mend', advice: 'Their rows are removed.' },
  databaseSettings: {
    title: 'Settings of the database that are not as they must be', remedy: 'none',
    advice: 'See "In production" in README.md.',
  },
  signingKeys: {
    title: 'What is wrong with the file of keys that sign tokens', remedy: 'none',
    advice: 'Tokens are signed and checked with it; who can read it can make tokens.',
  },
  signingKeysExposed: {
    title: 'Key files other users can read', remedy: 'mend',
    advice: 'Mending closes the file; whether somebody has read it, nobody knows: consider new keys.',
  },
} as const satisfies Record<string, FindingKindOf>

export type FindingKind = keyof typeof findingKinds

/** What names one thing found: UIDs, keys, counts and names of settings; never a patient's data. */
export type Example = Readonly<Record<string, string | number>>

/** Things of one kind that were found. */
export interface Finding {
  readonly kind: FindingKind
  readonly found: number
  /** How many of them are as they should be now. */
  readonly mended: number
  readonly examples: readonly Example[]
}

/** Collects findings; of each kind the number and a few examples, however many there are. */
export class Findings {
  readonly #byKind = new Map<FindingKind, { found: number; mended: number; examples: Example[] }>()
  readonly #maxExamples: number

  constructor(maxExamples: number) {
    this.#maxExamples = maxExamples
  }

  add(kind: FindingKind, example: Example, { mended = false, times = 1 }: { readonly mended?: boolean; readonly times?: number } = {}): void {
    const finding = this.#byKind.get(kind) ?? { found: 0, mended: 0, examples: [] }
    this.#byKind.set(kind, finding)
    finding.found += times
    if (mended) finding.mended += times
    if (finding.examples.length < this.#maxExamples) finding.examples.push(example)
  }

  /** All that was found, gravest first. */
  all(): Finding[] {
    return (Object.keys(findingKinds) as FindingKind[]).flatMap((kind) => {
      const finding = this.#byKind.get(kind)
      return finding ? [{ kind, ...finding }] : []
    })
  }
}
