import type { StudySummary } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { Checkbox, Table, type TableProps } from 'antd'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { CellContext, StudyColumn } from './columns.tsx'
import { useCutText } from './cut-text.tsx'
import { fitted, headWidth } from './fit-columns.ts'
import { RowMenu } from './row-menu.tsx'
import { writtenName } from './row-text.ts'
import type { StudyActions } from './study-actions.ts'
import { textWidths } from './text-width.ts'
import { useStudyWords } from './words.ts'

interface StudyTableProps {
  readonly items: readonly StudySummary[]
  readonly columns: readonly StudyColumn[]
  readonly current: StudySummary | undefined
  readonly selected: ReadonlyMap<string, StudySummary>
  readonly sort: { readonly by: 'arrival' | 'exam'; readonly order: 'asc' | 'desc' }
  readonly actions: StudyActions
  readonly onCurrent: (study: StudySummary) => void
  readonly onSelect: (studies: readonly StudySummary[], isSelected: boolean) => void
  readonly onSort: (by: 'arrival' | 'exam', order: 'asc' | 'desc') => void
  readonly onDetail: (study: StudySummary) => void
  readonly onDelete: (study: StudySummary) => void
  readonly onShare: (studies: readonly StudySummary[]) => void
  readonly onShareColleague: (study: StudySummary) => void
  readonly onDownload: (studies: readonly StudySummary[]) => void
  /** The end is near. */
  readonly onEnd: () => void
}

const rowHeight = 37
/** Two lines. */
const headHeight = 42
const selectionWidth = 36
const operationsWidth = 62
/** So many rows before the end more are asked for. */
const near = 20
/** Widths follow what the first rows have: further ones, which come while the list is read, move nothing. */
const measuredRows = 50
/** px left and right of a text, and what one may be wider than it was measured. */
const aroundText = 9

/** Dense, and only the rows in sight are in the page, so that ten thousand scroll as ten do. */
export function StudyTable({ items, columns, current, selected, sort, actions, onCurrent, onSelect, onSort, onDetail, onDelete, onShare, onShareColleague, onDownload, onEnd }: StudyTableProps) {
  const words = useStudyWords()
  const { language, formats } = useLanguage()
  const place = useRef<HTMLDivElement>(null)
  const scroller = useRef<{ scrollTo: (to: { index: number }) => void } | null>(null)
  const cut = useCutText(place, columns.map(({ name }) => words.columns[name]))
  const { height, width: room, font } = useRoom(place)
  const widthOf = useMemo(() => textWidths(font), [font])
  const own = { selection: selectionWidth, operations: Math.max(operationsWidth, headWidth(words.columns.operations)) }
  const context: CellContext = { words, language, formats, onOpen: ({ StudyInstanceUID }) => { actions.open([StudyInstanceUID]) }, onDetail }
  const measured = items.slice(0, measuredRows)
  // The table's scrollbars lie over it: they take no room.
  const widths = fitted(columns.map(({ name, width, isFirm, isFixed, sort: sortBy, align, wants }) => ({
    width, title: words.columns[name], isFirm: isFirm === true || isFixed === true || sortBy !== undefined || align !== undefined,
    wanted: wants && Math.max(0, ...measured.map((study) => wants(study, context, widthOf))) + aroundText,
  })), room - own.selection - own.operations)
  const allSelected = items.length > 0 && items.every(({ StudyInstanceUID }) => selected.has(StudyInstanceUID))

  const shown: TableProps<StudySummary>['columns'] = [
    {
      key: 'selection', width: own.selection, fixed: 'left',
      title: <Checkbox aria-label={words.selectAll} checked={allSelected} indeterminate={!allSelected && selected.size > 0} onChange={({ target }) => { onSelect(items, target.checked) }} />,
      render: (_, study) => <Checkbox aria-label={words.select(writtenName(study, language, words))} checked={selected.has(study.StudyInstanceUID)} onChange={({ target }) => { onSelect([study], target.checked) }} />,
    },
    ...columns.map(({ name, sort: sortBy, align, cell }, nth) => ({
      key: name, width: widths[nth] ?? 0, ellipsis: { showTitle: false }, title: words.columns[name], ...(align !== undefined && { align }),
      ...(sortBy !== undefined && { sorter: true, sortOrder: sort.by === sortBy ? (sort.order === 'asc' ? 'ascend' as const : 'descend' as const) : null, sortDirections: ['descend' as const, 'ascend' as const, 'descend' as const], showSorterTooltip: false }),
      render: (_: unknown, study: StudySummary, index: number) => cell(study, context, index),
    })),
    { key: 'operations', width: own.operations, fixed: 'right', title: words.columns.operations, render: (_, study) => <RowMenu study={study} actions={actions} onDetail={onDetail} onDelete={onDelete} onShare={onShare} onShareColleague={onShareColleague} onDownload={onDownload} /> },
  ]

  const move = (by: number) => {
    const at = items.findIndex(({ StudyInstanceUID }) => StudyInstanceUID === current?.StudyInstanceUID)
    const index = Math.min(Math.max(at < 0 ? by - 1 : at + by, 0), items.length - 1)
    const next = items[index]
    if (next === undefined) return
    cut.hide()
    onCurrent(next)
    scroller.current?.scrollTo({ index })
    if (index >= items.length - near) onEnd()
  }
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const inSight = Math.max(1, Math.floor(height / rowHeight) - 2)
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: inSight, PageUp: -inSight, Home: -items.length, End: items.length }
    const by = moves[event.key]
    const aside = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : undefined
    if (by !== undefined) move(by)
    else if (event.key === 'Enter' && current !== undefined) actions.open(event.shiftKey && selected.size > 0 ? [...selected.keys()] : [current.StudyInstanceUID])
    else if (event.key === ' ' && current !== undefined) onSelect([current], !selected.has(current.StudyInstanceUID))
    else if (aside === undefined || !cut.step(aside)) return
    event.preventDefault()
  }

  return (
    // Rows are read out as they are chosen; what is in a row is reached by the tabulator.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <div ref={place} className="study-table" role="group" tabIndex={0} aria-label={words.table} onKeyDown={press} onPointerOver={cut.onPointerOver} onPointerLeave={cut.hide}>
      <div role="status" className="only-read">{current && [writtenName(current, language, words), current.PatientID, current.examTypes.join(' ')].filter(Boolean).join(', ')}</div>
      <Table<StudySummary>
        ref={(made) => { scroller.current = made }}
        virtual size="small" pagination={false} rowKey="StudyInstanceUID" columns={shown} dataSource={items}
        scroll={{ x: widths.reduce((total, width) => total + width, own.selection + own.operations), y: height - headHeight }}
        rowClassName={({ StudyInstanceUID }) => (StudyInstanceUID === current?.StudyInstanceUID ? 'is-current' : '')}
        onRow={(study) => ({
          onClick: () => { onCurrent(study) },
          onDoubleClick: () => { actions.open([study.StudyInstanceUID]) },
          // One tap opens where there is no mouse (D-15).
          onPointerUp: (event) => { if (event.pointerType === 'touch' && event.target instanceof HTMLElement && event.target.closest('button, label, input') === null) actions.open([study.StudyInstanceUID]) },
        })}
        onChange={(_page, _filters, sorter) => {
          const one = Array.isArray(sorter) ? sorter[0] : sorter
          if (one?.columnKey === 'exam' || one?.columnKey === 'arrival') onSort(one.columnKey, one.order === 'ascend' ? 'asc' : 'desc')
        }}
        onScroll={({ currentTarget }) => { if (currentTarget.scrollTop + currentTarget.clientHeight > (items.length - near) * rowHeight) onEnd() }}
      />
      {cut.hint}
    </div>
  )
}

/** What is left of the window below an element's top, how wide the element is, and the font it is written in. */
function useRoom(place: RefObject<HTMLDivElement | null>): { readonly height: number; readonly width: number; readonly font: string } {
  const [room, setRoom] = useState({ height: 480, width: 1200, font: 'sans-serif' })
  useEffect(() => {
    const measure = () => {
      const box = place.current?.getBoundingClientRect()
      const table = place.current?.querySelector('.ant-table') ?? document.body
      setRoom({ height: Math.max(280, Math.floor(innerHeight - (box?.top ?? 0) - 72)), width: Math.floor(box?.width ?? 1200), font: getComputedStyle(table).fontFamily })
    }
    const watch = new ResizeObserver(measure)
    if (place.current) watch.observe(place.current)
    measure()
    addEventListener('resize', measure)
    return () => {
      watch.disconnect()
      removeEventListener('resize', measure)
    }
  }, [place])
  return room
}
