/** An object received, whole and durable on this machine. */
export interface SpooledObject {
  /** UUID version 7 of its arrival; names the file too. */
  readonly id: string
  readonly receivedAt: Date
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  /** As the C-STORE request said. */
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  /** Empty where the data set has none, or cannot be read. */
  readonly StudyInstanceUID: string
  /** Empty where the data set has none, or cannot be read. */
  readonly SeriesInstanceUID: string
  readonly Modality?: string | undefined
  readonly PatientID?: string | undefined
  readonly PatientName?: string | undefined
  readonly StudyDescription?: string | undefined
  readonly AccessionNumber?: string | undefined
  readonly StudyDate?: string | undefined
  readonly transferSyntaxUID: string
  /** Where the data set begins in the file, bytes. */
  readonly dataSetOffset: number
  /** Of the whole file. */
  readonly byteLength: number
  /** SHA-256, hex, of the data set's bytes as they came. */
  readonly dataSetSha256: string
  /** Why the data set cannot be read (a DicomReadErrorCode); it was kept nevertheless, as the modality may never send it again. */
  readonly unreadable?: string | undefined
}

/** Who sent an object, and to whom. */
export interface Origin {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
}

/** What the C-STORE request and its presentation context say of an object before its bytes come. */
export interface Identity {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly transferSyntaxUID: string
}
