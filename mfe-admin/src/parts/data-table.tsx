/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- on a phone the style sheet lays the table out as blocks, which takes its roles away */
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

/** Rows of a list; on a phone each is a card with its columns named. Roles are said, since a table that is laid out as blocks loses them. */
export function DataTable<Item>({ label, items, columns, rowKey }: { readonly label: string; readonly items: readonly Item[]; readonly columns: readonly Column<Item>[]; readonly rowKey: (item: Item) => string }) {
  return (
    <table className="data-table" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">{columns.map(({ key, title, isNumber, isActions }) => <th key={key} role="columnheader" scope="col" className={isNumber === true ? 'is-number' : undefined}>{isActions === true ? <span className="only-read">{title}</span> : title}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((item) => (
          <tr key={rowKey(item)} role="row">
            {columns.map(({ key, title, cell, isMain, isActions, isNumber, isWhole }) => (
              <td key={key} role="cell" data-title={isMain === true || isActions === true ? undefined : title} className={[isMain === true && 'is-main', isActions === true && 'is-actions', isNumber === true && 'is-number', isWhole === true && 'is-whole'].filter(Boolean).join(' ') || undefined}><div className="cell">{cell(item)}</div></td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
