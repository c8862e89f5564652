import { type DicomJson } from '@isocenter/dicom'
import type { Transform } from './modality.ts'
import type { Voi } from './voi.ts'

/** What a presentation state says of the greys of one image or frame. */
export interface PresentedGreys {
  /** Holds the state's Modality LUT, where it has one. */
  readonly modality: DicomJson
  /** undefined: none is given, the full range is shown. */
  readonly voi: Voi | undefined
  /** From the VOI's 0 … 1 to what is shown, 0 black to 1 white. */
  readonly display: Transform
}
