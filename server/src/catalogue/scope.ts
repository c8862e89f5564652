/** A study, a series of it or an instance of that: what a retrieval or a deletion is about. */
export interface Scope {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID?: string | undefined
  readonly SOPInstanceUID?: string | undefined
}

/** One instance by all three of its UIDs: the same SOP Instance UID in another series is another instance. */
export type InstanceScope = Required<{ [Key in keyof Scope]: string }>
