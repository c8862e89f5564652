/** Terms and bounds of film printing, without the schemas: for the console of a gateway, too. */
export const filmColours = ['grayscale', 'color'] as const
export type FilmColour = typeof filmColours[number]
export const filmOrientations = ['PORTRAIT', 'LANDSCAPE'] as const
export const printPriorities = ['HIGH', 'MED', 'LOW'] as const
/** Film Size ID (2010,0050), the defined terms of PS3.3 §C.13.3. */
export const filmSizes = ['8INX10IN', '8_5INX11IN', '10INX12IN', '10INX14IN', '11INX14IN', '11INX17IN', '14INX14IN', '14INX17IN', '24CMX24CM', '24CMX30CM', 'A4', 'A3'] as const
export type FilmSize = typeof filmSizes[number]
/** Medium Type (2000,0030), the defined terms of PS3.3 §C.13.1; a printer may have others. */
export const mediumTypes = ['BLUE FILM', 'CLEAR FILM', 'MAMMO BLUE FILM', 'MAMMO CLEAR FILM', 'PAPER'] as const
/** Most images beside or above each other on one film. */
export const maxFilmColumns = 10
export const maxFilmCopies = 20

/** `8_5INX11IN` as `8.5 × 11 in`. */
export function filmSizeName(id: FilmSize): string {
  const [, width, unit, height] = /^([\d_]+)(IN|CM)X([\d_]+)\2$/.exec(id) ?? []
  return width === undefined || height === undefined ? id : `${width.replace('_', '.')} × ${height.replace('_', '.')} ${unit === 'IN' ? 'in' : 'cm'}`
}
