/** How large films are, and how large what is on them. */
import type { PrintSettings } from './film.ts'
import type { FilmSize } from './film-terms.ts'

const inch = 25.4
/** Width and height of a film that stands upright, mm (PS3.3 §C.13.3, Film Size ID). */
const upright: Readonly<Record<FilmSize, readonly [number, number]>> = {
  '8INX10IN': [8 * inch, 10 * inch], '8_5INX11IN': [8.5 * inch, 11 * inch], '10INX12IN': [10 * inch, 12 * inch], '10INX14IN': [10 * inch, 14 * inch], '11INX14IN': [11 * inch, 14 * inch],
  '11INX17IN': [11 * inch, 17 * inch], '14INX14IN': [14 * inch, 14 * inch], '14INX17IN': [14 * inch, 17 * inch], '24CMX24CM': [240, 240], '24CMX30CM': [240, 300], A4: [210, 297], A3: [297, 420],
}

export interface Millimetres {
  readonly width: number
  readonly height: number
}

type Sheet = Pick<PrintSettings, 'FilmSizeID' | 'FilmOrientation'>

export function filmSize({ FilmSizeID, FilmOrientation }: Sheet): Millimetres {
  const [short, long] = upright[FilmSizeID]
  return FilmOrientation === 'PORTRAIT' ? { width: short, height: long } : { width: long, height: short }
}

/** The room one image has. */
export function placeSize(settings: Sheet & Pick<PrintSettings, 'columns' | 'rows'>): Millimetres {
  const { width, height } = filmSize(settings)
  return { width: width / settings.columns, height: height / settings.rows }
}

export const sheetsOf = (images: number, { columns, rows }: Pick<PrintSettings, 'columns' | 'rows'>): number => Math.ceil(images / (columns * rows))
