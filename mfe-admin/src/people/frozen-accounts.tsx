import { accounts } from '@isocenter/api-client'
import type { FrozenAccount } from '@isocenter/contracts'
import { Page, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Listing } from '../parts/listing.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { usePeopleWords } from './words.ts'

/** Accounts frozen after wrong passwords, and their release (AUTH-16, ADM-22). */
export function FrozenAccounts() {
  const words = usePeopleWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const [releasing, setReleasing] = useState<FrozenAccount>()
  const pages = usePages('frozen', (cursor, signal) => accounts(api).frozen(cursor === undefined ? {} : { cursor }, signal))
  const columns: Column<FrozenAccount>[] = [
    { key: 'name', title: words.person, isMain: true, cell: ({ name }) => <strong>{name}</strong> },
    { key: 'phone', title: words.phone, cell: ({ phone }) => phone },
    { key: 'frozenAt', title: words.frozenAt, isWhole: true, cell: ({ frozenAt }) => formats.moment(frozenAt) },
    { key: 'frozenUntil', title: words.frozenUntil, isWhole: true, cell: ({ frozenUntil }) => formats.moment(frozenUntil) },
    { key: 'actions', title: common.actions, isActions: true, cell: (one) => <Button size="small" aria-label={words.releaseTitle(one.name)} onClick={() => { setReleasing(one) }}>{words.release}</Button> },
  ]
  return (
    <Page title={words.frozen} intro={words.frozenIntro}>
      <Card><Listing pages={pages} empty={words.noFrozen}>{(items) => <DataTable label={words.frozen} items={items} columns={columns} rowKey={({ accountId }) => accountId} />}</Listing></Card>
      {releasing && (
        <AskReason
          title={words.releaseTitle(releasing.name)} hint={words.releaseHint} action={words.release} done={words.released} onClose={() => { setReleasing(undefined) }}
          onSubmit={(reason) => changing(() => accounts(api).unfreeze(releasing.accountId, reason), pages.reload).then(pages.reload)}
        />
      )}
    </Page>
  )
}
