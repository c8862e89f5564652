import { EmptyState, Loaded, type Resource } from '@isocenter/design-system'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useCommonWords } from '../words/common.ts'

/** A list that is read page by page: loading, failed, denied, empty, or its items with more to come. */
export function Listing<Item>({ pages, isFiltered = false, onUnfilter, empty, emptyHint, emptyAction, children }: {
  readonly pages: Resource<{ readonly items: readonly Item[] }> & { readonly hasMore: boolean; readonly more: () => void }
  readonly isFiltered?: boolean
  readonly onUnfilter?: () => void
  readonly empty: string
  readonly emptyHint?: string
  readonly emptyAction?: ReactNode
  readonly children: (items: readonly Item[]) => ReactNode
}) {
  const words = useCommonWords()
  return (
    <Loaded resource={pages}>{({ items }) => (
      <div className="listing" aria-busy={pages.isLoading}>
        {items.length > 0 && children(items)}
        {items.length === 0 && !pages.hasMore && (isFiltered
          ? <EmptyState title={words.noneFound} action={onUnfilter && <Button onClick={onUnfilter}>{words.unfilter}</Button>}>{words.noneFoundHint}</EmptyState>
          : <EmptyState title={empty} action={emptyAction}>{emptyHint}</EmptyState>)}
        {pages.hasMore && <Button block loading={pages.isLoading} onClick={pages.more}>{words.more}</Button>}
      </div>
    )}</Loaded>
  )
}
