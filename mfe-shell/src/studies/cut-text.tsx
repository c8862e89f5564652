/** The whole of what a cell has no room for: under the pointer, and by the arrow keys in the row that is chosen. */
import { useEffect, useState, type PointerEvent, type ReactNode, type RefObject } from 'react'

interface Shown {
  readonly cell: Element
  readonly text: string
  readonly isByKeyboard: boolean
}

/** What is written in a cell that shows only a part of it; undefined where all of it is shown. */
function cutTextOf(cell: Element): string | undefined {
  const isCut = [cell, ...cell.querySelectorAll('.study-name')].some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  const text = [...cell.childNodes].map(({ textContent }) => textContent?.trim() ?? '').filter((part) => part !== '').join(', ')
  return isCut && text !== '' ? text : undefined
}

export interface CutText {
  /** Stands in the place. */
  readonly hint: ReactNode
  /** Shows the next cut cell of the chosen row, to the right or, below zero, to the left; false where none is cut. */
  readonly step: (by: 1 | -1) => boolean
  readonly hide: () => void
  readonly onPointerOver: (event: PointerEvent) => void
}

/** As WCAG 2.2 has it for what appears (1.4.13): it stays while the pointer is on it, and goes by Escape. */
export function useCutText(place: RefObject<HTMLElement | null>): CutText {
  const [shown, setShown] = useState<Shown>()
  useEffect(() => {
    if (shown === undefined) return undefined
    const hide = () => { setShown(undefined) }
    const press = ({ key }: KeyboardEvent) => { if (key === 'Escape') hide() }
    // It hangs where the cell was: scrolled, the cell is elsewhere.
    addEventListener('scroll', hide, true)
    addEventListener('keydown', press)
    return () => {
      removeEventListener('scroll', hide, true)
      removeEventListener('keydown', press)
    }
  }, [shown])

  const hide = () => { setShown(undefined) }
  const step: CutText['step'] = (by) => {
    const cut = [...place.current?.querySelectorAll('.ant-table-row.is-current .ant-table-cell-ellipsis') ?? []].filter((cell) => cutTextOf(cell) !== undefined)
    const at = cut.findIndex((cell) => cell === shown?.cell)
    const cell = cut[at < 0 ? (by > 0 ? 0 : cut.length - 1) : Math.min(Math.max(at + by, 0), cut.length - 1)]
    if (cell === undefined) return false
    setShown({ cell, text: cutTextOf(cell) ?? '', isByKeyboard: true })
    return true
  }
  const onPointerOver = ({ target, pointerType }: PointerEvent) => {
    // A finger opens what it taps.
    if (pointerType === 'touch' || !(target instanceof Element) || target.closest('.cut-text') !== null) return
    const cell = target.closest('.ant-table-row .ant-table-cell-ellipsis')
    const text = cell === null ? undefined : cutTextOf(cell)
    if (cell === null || text === undefined) hide()
    else if (cell !== shown?.cell) setShown({ cell, text, isByKeyboard: false })
  }
  return { hint: <Hint shown={shown} />, step, hide, onPointerOver }
}

function Hint({ shown }: { readonly shown: Shown | undefined }) {
  const box = shown?.cell.getBoundingClientRect()
  const isLow = box !== undefined && box.bottom > innerHeight - 120
  return (
    <>
      <div role="status" className="only-read">{shown?.isByKeyboard === true && shown.text}</div>
      {shown && box && (
        <div role="tooltip" className={`cut-text${shown.isByKeyboard ? '' : ' is-pointed-at'}`} style={{ left: `min(${String(box.left)}px, calc(100vw - 496px))`, ...(isLow ? { bottom: innerHeight - box.top } : { top: box.bottom }) }}>{shown.text}</div>
      )}
    </>
  )
}
