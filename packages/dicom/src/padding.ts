/** Padding of text values (PS3.5 §6.2): the space, and NUL where senders use it. Other white space is data. */

const SPACE = 0x20
const isPadding = (code: number): boolean => code === SPACE || code === 0

/** The text without the spaces and NULs at its end: what pads ST, LT, UT, UC and UR, whose leading spaces count. */
export function withoutTrailingPadding(text: string): string {
  let end = text.length
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end--
  return end === text.length ? text : text.slice(0, end)
}

/** The text without spaces and NULs at either end. */
export function withoutPadding(text: string): string {
  const trimmed = withoutTrailingPadding(text)
  let start = 0
  while (start < trimmed.length && isPadding(trimmed.charCodeAt(start))) start++
  return start === 0 ? trimmed : trimmed.slice(start)
}
