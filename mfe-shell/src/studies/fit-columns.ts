/** How wide columns are where the table has less room than they would like. */

/** Text may lose so much of its width before the table scrolls sideways, and may take so much more where it is long. */
const narrowest = 0.72
const widest = 2
/** px, of the table's heads in the widest font there may be: a letter in bold, a narrow and a wide one, a Chinese character, and what is left and right of a text. */
const letterWidth = 9.1
const narrowWidth = 5.6
const wideWidth = 13
const characterWidth = 13.5
const padding = 8

const isHan = (character: string): boolean => character >= '\u2e80'
const widthOf = (word: string): number => [...word].reduce((sum, letter) => sum + (/[IJfijlrt#]/.test(letter) ? narrowWidth : /[MWmw]/.test(letter) ? wideWidth : letterWidth), 0)

/** What a head needs in two lines: its longest word, or half of its Chinese characters, two at least. */
export const headWidth = (title: string): number =>
  Math.ceil(padding + Math.max(...title.split(' ').map((word) => ([...word].some(isHan) ? Math.max(2, Math.ceil([...word].length / 2)) * characterWidth : widthOf(word)))))

export interface Wish {
  /** px */
  readonly width: number
  readonly title: string
  /** Numbers, times and buttons are of no use where they are cut: they keep their width. */
  readonly isFirm: boolean
  /** px that the longest of its texts wants with what is around it; undefined where all are alike, and `width` is it. */
  readonly wanted?: number | undefined
}

/**
 * Widths of columns, in px, that fill no more than the room where that can be; no head is cut, and what cannot shrink further keeps its least. Short texts
 * leave their room to long ones.
 */
export function fitted(columns: readonly Wish[], room: number): number[] {
  const wishes = columns.map(({ width, title, isFirm, wanted = width }) => {
    const head = headWidth(title)
    const all = Math.ceil(Math.max(Math.min(wanted, width * widest), head))
    const usual = isFirm ? all : Math.min(all, Math.max(width, head))
    return { all, usual, least: isFirm ? all : Math.min(usual, Math.max(Math.ceil(width * narrowest), head)) }
  })
  const left = room - wishes.reduce((sum, { usual }) => sum + usual, 0)
  if (left < 0) return shrunk(wishes.map(({ usual, least }) => ({ wide: usual, least })), room)
  // What is left when every column has its usual width is for long texts: none of them takes it from another column.
  const more = wishes.reduce((sum, { all, usual }) => sum + all - usual, 0)
  const share = more === 0 ? 0 : Math.min(1, left / more)
  return wishes.map(({ all, usual }) => usual + Math.floor((all - usual) * share))
}

/** Narrower than they would be by the same share each, save those that are at their least. */
function shrunk(columns: readonly { readonly wide: number; readonly least: number }[], room: number): number[] {
  const kept = new Set<number>()
  for (;;) {
    const left = room - columns.reduce((sum, { least }, nth) => sum + (kept.has(nth) ? least : 0), 0)
    const wanted = columns.reduce((sum, { wide }, nth) => sum + (kept.has(nth) ? 0 : wide), 0)
    const share = wanted === 0 ? 1 : Math.min(1, left / wanted)
    const tight = columns.flatMap(({ wide, least }, nth) => (!kept.has(nth) && Math.floor(wide * share) < least ? [nth] : []))
    if (tight.length === 0) return columns.map(({ wide, least }, nth) => (kept.has(nth) ? least : Math.floor(wide * share)))
    for (const nth of tight) kept.add(nth)
  }
}
