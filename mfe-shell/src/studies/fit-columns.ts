/** How wide columns are where the table has less room than they would like. */

/** Text may lose so much of its column's usual width before the table scrolls sideways, and may take so much more where it is long. */
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
 * Widths of columns, in px, that fill no more than the room where that can be; no head is cut, and what cannot shrink further keeps its least. As many columns
 * as can be are read whole: what there is beyond the least goes to those that miss the least of it, and only what is left then to texts that stay cut all the same.
 */
export function fitted(columns: readonly Wish[], room: number): number[] {
  const wishes = columns.map(({ width, title, isFirm, wanted = width }) => {
    const head = headWidth(title)
    const all = Math.ceil(Math.max(Math.min(wanted, width * widest), head))
    const least = isFirm ? all : Math.min(all, Math.max(Math.ceil(width * narrowest), head))
    return { least, missing: all - least }
  })
  const widths = wishes.map(({ least }) => least)
  let left = room - widths.reduce((sum, width) => sum + width, 0)
  const short = [...wishes.entries()].filter(([, { missing }]) => missing > 0).toSorted(([, one], [, other]) => one.missing - other.missing)
  for (const [nth, [column, { least, missing }]] of short.entries()) {
    const share = Math.max(0, missing <= left ? missing : Math.floor(left / (short.length - nth)))
    widths[column] = least + share
    left -= share
  }
  return widths
}
