import { CheckOutlined, DeleteOutlined, DownloadOutlined, ReloadOutlined } from '@ant-design/icons'
import { Loaded, Page, useConfirm, useLocation } from '@isocenter/design-system'
import { Button, Card, Flex } from 'antd'
import type { StudyRecordPage } from '../../../src/control/wire/records.ts'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { query } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { PassingButton, recordListId } from './passing-button.tsx'
import { filtersOf, queryOf, RecordFilters } from './record-filters.tsx'
import { StudyTable } from './study-table.tsx'
import { useDiscard } from './use-discard.ts'
import { useLostSeen } from './use-lost-seen.ts'
import { useRetry } from './use-retry.ts'

/** What was received, where it went, and what did not arrive. The filters are in the address, so that a search can be kept. */
export function Records() {
  const { places, records: words, actions } = useConsoleWords()
  const { search } = useLocation()
  const filters = filtersOf(search)
  const asked = queryOf(filters)
  const state = useResource<GatewayState>('/state', ['state'])
  const page = useResource<StudyRecordPage>(`/records/studies${query({ ...asked, after: search.get('after') ?? undefined })}`, ['records', 'configuration'])
  const { retry, isBusy } = useRetry()
  const { discard, isBusy: isDiscarding } = useDiscard()
  const { markSeen, isBusy: isMarking } = useLostSeen()
  const confirm = useConfirm()
  const pausedNodeIds = new Set(state.value?.nodes.flatMap(({ id, status }) => (status === 'paused' ? [id] : [])))
  const retryAll = async () => {
    if (await confirm({ title: words.confirmRetryAll, hint: words.confirmRetryAllHint, action: actions.retry, isDangerous: false })) await retry({})
  }
  return (
    <Page
      title={places.records}
      actions={
        <Flex gap="small" wrap>
          {(state.value?.queue.failed ?? 0) > 0 && <PassingButton icon={<ReloadOutlined aria-hidden />} loading={isBusy} onClick={() => void retryAll()}>{words.retryAll}</PassingButton>}
          {filters.goesNowhere === 'true' && (page.value?.total ?? 0) > 0 && <PassingButton danger icon={<DeleteOutlined aria-hidden />} loading={isDiscarding} onClick={() => void discard({ receivedBefore: new Date().toISOString() })}>{words.discardAll}</PassingButton>}
          {filters.isLost === 'true' && (page.value?.total ?? 0) > 0 && <PassingButton icon={<CheckOutlined aria-hidden />} loading={isMarking} onClick={() => void markSeen({ lostBefore: new Date().toISOString() })}>{words.lostSeenAll}</PassingButton>}
          <Button icon={<DownloadOutlined aria-hidden />} href={`/api/records/export${query(asked)}`} download>{actions.exportCsv}</Button>
        </Flex>
      }
    >
      <Card>
        <RecordFilters filters={filters} nodes={state.value?.nodes ?? []} />
      </Card>
      <Card id={recordListId} tabIndex={-1} role="region" aria-label={words.list} styles={{ body: { padding: 0 } }}>
        <Loaded resource={page}>{(value) => <StudyTable page={value} pausedNodeIds={pausedNodeIds} isFiltered={Object.keys(asked).length > 0} isLoading={page.isLoading} />}</Loaded>
      </Card>
    </Page>
  )
}
