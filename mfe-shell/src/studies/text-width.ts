/** px a text takes in the cells of the list; each is measured once. @param family of the font they are written in */
export function textWidths(family: string): (text: string) => number {
  const pen = document.createElement('canvas').getContext('2d')
  if (pen) pen.font = `13px ${family}`
  const known = new Map<string, number>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    // Digits are drawn as wide as one another, which the pen cannot do of itself.
    const width = pen?.measureText(text.replaceAll(/\d/g, '0')).width ?? 0
    known.set(text, width)
    return width
  }
}
