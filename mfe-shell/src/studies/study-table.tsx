import type { StudySummary } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { Checkbox, Table, type TableProps } from 'antd'
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { CellContext, StudyColumn } from './columns.tsx'
import { RowMenu } from './row-menu.tsx'
import { writtenName } from './row-text.ts'
import type { StudyActions } from './study-actions.ts'
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
const headHeight = 37
const selectionWidth = 36
/** Text may lose so much of its width before the table scrolls sideways; what may not be cut, numbers, times and buttons, keeps its own. */
const narrowest = 0.72
const operationsWidth = 62
const scrollbarWidth = 16
/** So many rows before the end more are asked for. */
const near = 20

/** Dense, and only the rows in sight are in the page, so that ten thousand scroll as ten do. */
export function StudyTable({ items, columns, current, selected, sort, actions, onCurrent, onSelect, onSort, onDetail, onDelete, onShare, onShareColleague, onDownload, onEnd }: StudyTableProps) {
  const words = useStudyWords()
  const { language, formats } = useLanguage()
  const place = useRef<HTMLDivElement>(null)
  const scroller = useRef<{ scrollTo: (to: { index: number }) => void } | null>(null)
  const { height, width: room } = useRoom(place)
  const firm = ({ isFirm, isFixed, sort: sortBy, align }: StudyColumn) => isFirm === true || isFixed === true || sortBy !== undefined || align !== undefined
  const sum = (some: readonly StudyColumn[]) => some.reduce((total, { width }) => total + width, 0)
  const firmWidth = sum(columns.filter(firm)) + selectionWidth + operationsWidth + scrollbarWidth
  const yielding = sum(columns.filter((column) => !firm(column)))
  const share = yielding === 0 ? 1 : Math.min(1, Math.max(narrowest, (room - firmWidth) / yielding))
  const fitted = columns.map((column) => (firm(column) ? column : { ...column, width: Math.floor(column.width * share) }))
  const context: CellContext = { words, language, formats, onOpen: ({ StudyInstanceUID }) => { actions.open([StudyInstanceUID]) }, onDetail }
  const allSelected = items.length > 0 && items.every(({ StudyInstanceUID }) => selected.has(StudyInstanceUID))

  const shown: TableProps<StudySummary>['columns'] = [
    {
      key: 'selection', width: selectionWidth, fixed: 'left',
      title: <Checkbox aria-label={words.selectAll} checked={allSelected} indeterminate={!allSelected && selected.size > 0} onChange={({ target }) => { onSelect(items, target.checked) }} />,
      render: (_, study) => <Checkbox aria-label={words.select(writtenName(study, language, words))} checked={selected.has(study.StudyInstanceUID)} onChange={({ target }) => { onSelect([study], target.checked) }} />,
    },
    ...fitted.map(({ name, width, sort: sortBy, align, cell }) => ({
      key: name, width, ellipsis: true, title: words.columns[name], ...(align !== undefined && { align }),
      ...(sortBy !== undefined && { sorter: true, sortOrder: sort.by === sortBy ? (sort.order === 'asc' ? 'ascend' as const : 'descend' as const) : null, sortDirections: ['descend' as const, 'ascend' as const, 'descend' as const], showSorterTooltip: false }),
      render: (_: unknown, study: StudySummary, index: number) => cell(study, context, index),
    })),
    { key: 'operations', width: operationsWidth, fixed: 'right', title: words.columns.operations, render: (_, study) => <RowMenu study={study} actions={actions} onDetail={onDetail} onDelete={onDelete} onShare={onShare} onShareColleague={onShareColleague} onDownload={onDownload} /> },
  ]

  const move = (by: number) => {
    const at = items.findIndex(({ StudyInstanceUID }) => StudyInstanceUID === current?.StudyInstanceUID)
    const index = Math.min(Math.max(at < 0 ? by - 1 : at + by, 0), items.length - 1)
    const next = items[index]
    if (next === undefined) return
    onCurrent(next)
    scroller.current?.scrollTo({ index })
    if (index >= items.length - near) onEnd()
  }
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const inSight = Math.max(1, Math.floor(height / rowHeight) - 2)
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: inSight, PageUp: -inSight, Home: -items.length, End: items.length }
    const by = moves[event.key]
    if (by !== undefined) move(by)
    else if (event.key === 'Enter' && current !== undefined) actions.open(event.shiftKey && selected.size > 0 ? [...selected.keys()] : [current.StudyInstanceUID])
    else if (event.key === ' ' && current !== undefined) onSelect([current], !selected.has(current.StudyInstanceUID))
    else return
    event.preventDefault()
  }

  return (
    // Rows are read out as they are chosen; what is in a row is reached by the tabulator.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <div ref={place} className="study-table" role="group" tabIndex={0} aria-label={words.table} onKeyDown={press}>
      <div role="status" className="only-read">{current && [writtenName(current, language, words), current.PatientID, current.examTypes.join(' ')].filter(Boolean).join(', ')}</div>
      <Table<StudySummary>
        ref={(made) => { scroller.current = made }}
        virtual size="small" pagination={false} rowKey="StudyInstanceUID" columns={shown} dataSource={items}
        scroll={{ x: sum(fitted) + selectionWidth + operationsWidth, y: height - headHeight }}
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
    </div>
  )
}

/** What is left of the window below an element's top, and how wide the element is. */
function useRoom(place: RefObject<HTMLDivElement | null>): { readonly height: number; readonly width: number } {
  const [room, setRoom] = useState({ height: 480, width: 1200 })
  useEffect(() => {
    const measure = () => {
      const box = place.current?.getBoundingClientRect()
      setRoom({ height: Math.max(280, Math.floor(innerHeight - (box?.top ?? 0) - 72)), width: Math.floor(box?.width ?? 1200) })
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
