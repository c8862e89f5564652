/** The whole of what a cell has no room for: under the pointer, and by the arrow keys in the row that is chosen. */
import { useEffect, useState, type PointerEvent, type ReactNode, type RefObject } from 'react'
import { useStudyWords } from './words.ts'

interface Shown {
  readonly cell: Element
  /** Where the cell was when it was shown. */
  readonly box: DOMRect
  readonly column: string
  readonly text: string
  readonly isByKeyboard: boolean
}

/** What is written in a cell that shows only a part of it; undefined where all of it is shown. */
function cutTextOf(cell: Element): string | undefined {
  const isCut = [cell, ...cell.querySelectorAll('.study-name')].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  const text = [...cell.childNodes].map(({ textContent }) => textContent?.trim() ?? '').filter((part) => part !== '').join(', ')
  return isCut && text !== '' ? text : undefined
}

/** px of a row between what is fixed at its start and at its end, which lie over what is scrolled beneath them. */
function inSight({ parentElement: row }: Element): { readonly start: number; readonly end: number } {
  return { start: row?.firstElementChild?.getBoundingClientRect().right ?? 0, end: row?.lastElementChild?.getBoundingClientRect().left ?? innerWidth }
}

/** Scrolls the table sideways until a cell is in sight: its beginning, where it is wider than there is room. */
function bringIntoSight(cell: Element, place: Element | null): void {
  const { left, right } = cell.getBoundingClientRect()
  const { start, end } = inSight(cell)
  const by = left < start ? left - start : Math.max(0, Math.min(right - end, left - start))
  // As by a wheel on the rows, which heads follow: the table offers nothing else that moves both. It ignores a wheel on the heads for 100 ms after its rows moved or were measured.
  if (by !== 0) place?.querySelector('.ant-table-tbody-virtual-holder')?.dispatchEvent(new WheelEvent('wheel', { deltaX: by, cancelable: true }))
}

export interface CutText {
  /** Stands in the place. */
  readonly hint: ReactNode
  /** Shows the next cut cell of the chosen row, to the right or, below zero, to the left; false where none is cut. */
  readonly step: (by: 1 | -1) => boolean
  readonly hide: () => void
  readonly onPointerOver: (event: PointerEvent) => void
}

/**
 * As WCAG 2.2 has it for what appears (1.4.13): it stays while the pointer is on it, and goes by Escape.
 * @param columns their names, from the second cell of a row on
 */
export function useCutText(place: RefObject<HTMLElement | null>, columns: readonly string[]): CutText {
  const [shown, setShown] = useState<Shown>()
  useEffect(() => {
    if (shown === undefined) return undefined
    const hide = () => { setShown(undefined) }
    const press = ({ key }: KeyboardEvent) => { if (key === 'Escape') hide() }
    // It hangs where the cell was: scrolled, the cell is elsewhere.
    const follow = () => {
      const { left, top } = shown.cell.getBoundingClientRect()
      if (left !== shown.box.left || top !== shown.box.top) hide()
    }
    addEventListener('scroll', follow, true)
    addEventListener('keydown', press)
    return () => {
      removeEventListener('scroll', follow, true)
      removeEventListener('keydown', press)
    }
  }, [shown])

  const hide = () => { setShown(undefined) }
  const show = (cell: Element, text: string, isByKeyboard: boolean) => {
    const nth = [...cell.parentElement?.children ?? []].indexOf(cell)
    setShown({ cell, box: cell.getBoundingClientRect(), column: columns[nth - 1] ?? '', text, isByKeyboard })
  }
  const step: CutText['step'] = (by) => {
    const cut = [...place.current?.querySelectorAll('.ant-table-row.is-current .ant-table-cell-ellipsis') ?? []].filter((cell) => cutTextOf(cell) !== undefined)
    const at = cut.findIndex((cell) => cell === shown?.cell)
    const cell = cut[at < 0 ? (by > 0 ? 0 : cut.length - 1) : Math.min(Math.max(at + by, 0), cut.length - 1)]
    if (cell === undefined) return false
    bringIntoSight(cell, place.current)
    show(cell, cutTextOf(cell) ?? '', true)
    return true
  }
  const onPointerOver = ({ target, pointerType }: PointerEvent) => {
    // A finger opens what it taps.
    if (pointerType === 'touch' || !(target instanceof Element) || target.closest('.cut-text') !== null) return
    const cell = target.closest('.ant-table-row .ant-table-cell-ellipsis')
    const text = cell === null ? undefined : cutTextOf(cell)
    if (cell === null || text === undefined) hide()
    else if (cell !== shown?.cell) show(cell, text, false)
  }
  return { hint: <Hint shown={shown} />, step, hide, onPointerOver }
}

function Hint({ shown }: { readonly shown: Shown | undefined }) {
  const words = useStudyWords()
  const isLow = shown !== undefined && shown.box.bottom > innerHeight - 120
  return (
    <>
      <div role="status" className="only-read">{shown?.isByKeyboard === true && words.cell(shown.column, shown.text)}</div>
      {shown && (
        <div role="tooltip" className={`cut-text${shown.isByKeyboard ? '' : ' is-pointed-at'}`}
          style={{ left: `min(${String(Math.max(shown.box.left, inSight(shown.cell).start))}px, calc(100vw - 496px))`, ...(isLow ? { bottom: innerHeight - shown.box.top } : { top: shown.box.bottom }) }}>
          <span className="cut-text-column">{shown.column}</span> {shown.text}
        </div>
      )}
    </>
  )
}
