import { useMedia } from '@isocenter/design-system'
import type { ReactNode } from 'react'

export interface Column<Item> {
  readonly key: string
  readonly title: string
  readonly cell: (item: Item) => ReactNode
  /** Leads the card the row becomes on a phone. */
  readonly isMain?: boolean
  /** Buttons: without a title of its own on a phone. */
  readonly isActions?: boolean
  readonly isNumber?: boolean
  /** It is not broken into lines on a desk: days, numbers by which something is called. */
  readonly isWhole?: boolean
}

interface DataTableProps<Item> { readonly label: string; readonly items: readonly Item[]; readonly columns: readonly Column<Item>[]; readonly rowKey: (item: Item) => string }

/** Rows of a list: a table on a desk; on a phone each is a card with its columns named. */
export function DataTable<Item>(props: DataTableProps<Item>) {
  return useMedia('(max-width: 899px)') ? <Cards {...props} /> : <Table {...props} />
}

function Table<Item>({ label, items, columns, rowKey }: DataTableProps<Item>) {
  return (
    <table className="data-table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ key, title, isNumber, isActions }) => (
            <th key={key} scope="col" className={isNumber === true ? 'is-number' : undefined}>
              {isActions === true ? <span className="only-read">{title}</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={rowKey(item)}>{columns.map((column) => <td key={column.key} className={classOf(column)}><div className="cell">{column.cell(item)}</div></td>)}</tr>
        ))}
      </tbody>
    </table>
  )
}

function Cards<Item>({ label, items, columns, rowKey }: DataTableProps<Item>) {
  return (
    <ul className="data-cards" aria-label={label}>
      {items.map((item) => (
        <li key={rowKey(item)}>
          {columns.map((column) => (
            <div key={column.key} className={classOf(column)}>
              {column.isMain !== true && column.isActions !== true && <span className="data-title">{column.title}</span>}
              <div className="cell">{column.cell(item)}</div>
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}

const classOf = ({ isMain, isActions, isNumber, isWhole }: Column<never>): string | undefined =>
  [isMain === true && 'is-main', isActions === true && 'is-actions', isNumber === true && 'is-number', isWhole === true && 'is-whole'].filter(Boolean).join(' ') || undefined
