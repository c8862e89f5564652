import { useMedia } from '@isocenter/design-system'
import { Table, type TableProps } from 'antd'
import type { ReactNode } from 'react'

interface RecordsProps<Item> {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  /** What a card is called. */
  readonly nameOf: (item: Item) => string
  /** The key of one to find again. */
  readonly sought: string | undefined
  readonly columns: NonNullable<TableProps<Item>['columns']>
  /** What a card holds, one thing under another. */
  readonly card: (item: Item) => ReactNode
  /** Beside other things: cards whatever the screen. */
  readonly isNarrow?: boolean
  readonly scroll?: TableProps<Item>['scroll']
}

/** Records of a list: a table where there is room for it, else a card for each. */
export function Records<Item extends object>({ items, keyOf, nameOf, sought, columns, card, isNarrow = false, scroll }: RecordsProps<Item>) {
  const isPhone = useMedia('(max-width: 767px)')
  const classOf = (item: Item, name: string) => (keyOf(item) === sought ? `${name} is-sought` : name)
  if (isNarrow || isPhone) return items.map((item) => <article key={keyOf(item)} className={classOf(item, 'record-card')} aria-label={nameOf(item)}>{card(item)}</article>)
  return <Table<Item> dataSource={[...items]} rowKey={keyOf} pagination={false} rowClassName={(item) => classOf(item, 'record-row')} columns={columns} {...(scroll && { scroll })} />
}
