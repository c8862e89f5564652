/** What is put on film (PS3.3 §C.13): the session, the film boxes and the images in them. */

/** Whether films carry greys or colours; each is a Meta SOP Class of its own. */
export type PrintColour = 'grayscale' | 'color'

/** PS3.3 §C.13.1; what is left out is the printer's choice. */
export interface FilmSession {
  /** 1 to what the printer allows. */
  readonly NumberOfCopies?: number | undefined
  readonly PrintPriority?: 'HIGH' | 'MED' | 'LOW' | undefined
  readonly MediumType?: string | undefined
}

/** PS3.3 §C.13.3; what is left out is the printer's choice. */
export interface FilmBox {
  /** How many images stand beside each other, and how many rows of them there are. */
  readonly columns: number
  readonly rows: number
  readonly FilmOrientation?: 'PORTRAIT' | 'LANDSCAPE' | undefined
  /** As in PS3.3 §C.13.3: 14INX17IN, A4 … */
  readonly FilmSizeID?: string | undefined
  readonly MagnificationType?: 'REPLICATE' | 'BILINEAR' | 'CUBIC' | 'NONE' | undefined
}

/** An image as it is to be seen: windowed and annotated already, its pixels squares. */
export interface PrintedImage {
  readonly Rows: number
  readonly Columns: number
  /** 8 bits a sample: P-Values where films are grey, R, G, B after each other where they are coloured; Rows × Columns × 1 or 3 bytes in all. */
  readonly pixels: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Width of the whole image on the film in mm, for true size (PS3.3 §C.13.5). */
  readonly RequestedImageSize?: number | undefined
}

/** One sheet: its images come in the order of their places, from the top left; a place without an image is undefined. */
export interface Film extends FilmBox {
  readonly images: AsyncIterable<PrintedImage | undefined> | Iterable<PrintedImage | undefined>
}
