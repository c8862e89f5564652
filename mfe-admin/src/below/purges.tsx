import { maintenance } from '@isocenter/api-client'
import type { DeletedStudyOfAny, Purge, PurgeState } from '@isocenter/contracts'
import { Page, useAction, useConfirm, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card, Checkbox, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Listing } from '../parts/listing.tsx'
import { changing } from '../parts/use-change.ts'
import { useFilters } from '../parts/use-filters.ts'
import { deletedColours } from '../records/deleted-studies.tsx'
import { useRecordWords } from '../records/words.ts'
import { useCommonWords } from '../words/common.ts'

const tabs = ['requests', 'studies'] as const
const colours: Readonly<Record<PurgeState, string>> = { requested: 'processing', approved: 'success', declined: 'error', withdrawn: 'default' }

/** Removal for good before its time: asked for by one operator, agreed to by another (ADM-21). */
export function Purges() {
  const words = useRecordWords()
  const filters = useFilters()
  return (
    <Page title={words.purges} intro={words.purgesIntro}>
      <Card className="tab-card">
        <Tabs
          activeKey={filters.oneOf('tab', tabs) ?? 'requests'}
          destroyOnHidden
          onChange={(tab) => { filters.set({ tab }) }}
          items={tabs.map((key) => ({
            key,
            label: words.purgeTabs[key],
            children: key === 'requests' ? <Requests /> : <Candidates onAsked={() => { filters.set({ tab: 'requests' }) }} />,
          }))}
        />
      </Card>
    </Page>
  )
}

function Requests() {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [declining, setDeclining] = useState<Purge>()
  const act = maintenance(api)
  const pages = usePages('purges', (cursor, signal) => act.purges(cursor === undefined ? {} : { cursor }, signal))
  const approve = async ({ purgeId, studies }: Purge) => {
    if (await confirm({ title: words.approveTitle(formats.number(studies)), hint: words.approveHint, action: words.approve })) {
      await run(() => changing(() => act.approvePurge(purgeId), pages.reload), { done: words.approved }).then(pages.reload)
    }
  }
  const columns: Column<Purge>[] = [
    { key: 'reason', title: words.reason, isMain: true, cell: ({ reason, decisionReason }) => <><strong>{reason}</strong>{decisionReason !== undefined && <span className="hint small block">{decisionReason}</span>}</> },
    { key: 'state', title: common.state, cell: ({ state }) => <Tag color={colours[state]}>{words.purgeStates[state]}</Tag> },
    { key: 'studies', title: words.studies, isNumber: true, cell: ({ studies }) => formats.number(studies) },
    { key: 'size', title: words.size, isNumber: true, cell: ({ bytes }) => formats.bytes(bytes) },
    { key: 'age', title: words.youngest, isNumber: true, cell: ({ youngestDays }) => words.days(formats.number(youngestDays)) },
    { key: 'requested', title: words.requestedBy, cell: ({ requestedBy, requestedAt }) => <>{requestedBy.name ?? requestedBy.actor}<span className="hint small block">{formats.moment(requestedAt)}</span></> },
    {
      key: 'decided',
      title: words.decidedBy,
      cell: ({ decidedBy, decidedAt }) => decidedBy && (
        <>{decidedBy.name ?? decidedBy.actor}{decidedAt !== undefined && <span className="hint small block">{formats.moment(decidedAt)}</span>}</>
      ),
    },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (purge) => (purge.actions.length === 0 ? null : (
        <span className="row-actions">
          {purge.actions.includes('approve') && <Button size="small" danger loading={isBusy} onClick={() => void approve(purge)}>{words.approve}</Button>}
          {purge.actions.includes('decline') && <Button size="small" onClick={() => { setDeclining(purge) }}>{words.decline}</Button>}
          {purge.actions.includes('withdraw') && (
            <Button
              size="small"
              loading={isBusy}
              onClick={() =>
                void run(() => changing(() => act.withdrawPurge(purge.purgeId), pages.reload), { done: words.withdrawn }).then(pages.reload)}
            >
              {words.withdraw}
            </Button>
          )}
        </span>
      )),
    },
  ]
  return (
    <>
      <Listing pages={pages} empty={words.noPurges}>{(items) => <DataTable label={words.purges} items={items} columns={columns} rowKey={({ purgeId }) => purgeId} />}</Listing>
      {declining && (
        <AskReason
          title={words.declineTitle}
          action={words.decline}
          done={words.declined}
          onClose={() => { setDeclining(undefined) }}
          onSubmit={(reason) => changing(() => act.declinePurge(declining.purgeId, reason), pages.reload).then(pages.reload)}
        />
      )}
    </>
  )
}

/** Deleted studies of every organisation, without anything of the patient, to be chosen from. */
function Candidates({ onAsked }: { readonly onAsked: () => void }) {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isAsking, setAsking] = useState(false)
  const pages = usePages('deleted', (cursor, signal) => maintenance(api).deletedOfAny({ state: 'deleted', ...(cursor !== undefined && { cursor }) }, signal))
  const choose = (id: string, isChosen: boolean) => {
    setChosen((before) => {
      const after = new Set(before)
      if (isChosen) after.add(id)
      else after.delete(id)
      return after
    })
  }
  const columns: Column<DeletedStudyOfAny>[] = [
    {
      key: 'choose',
      title: common.actions,
      isActions: true,
      cell: ({ deletedStudyId, actions, StudyInstanceUID }) => (
        <Checkbox
          aria-label={words.choose(StudyInstanceUID)}
          disabled={!actions.includes('requestPurge')}
          checked={chosen.has(deletedStudyId)}
          onChange={({ target }) => { choose(deletedStudyId, target.checked) }}
        />
      ),
    },
    { key: 'organisation', title: words.organisation, isMain: true, cell: ({ organisation }) => <strong>{organisation.name}</strong> },
    { key: 'study', title: words.study, cell: ({ StudyInstanceUID }) => <span className="mono small">{StudyInstanceUID}</span> },
    {
      key: 'state',
      title: common.state,
      cell: ({ state, isPurgeRequested }) => (
        <><Tag color={deletedColours[state]}>{words.deletedStates[state]}</Tag>{isPurgeRequested && <Tag color="error">{words.purgeAsked}</Tag>}</>
      ),
    },
    { key: 'instances', title: words.instances, isNumber: true, cell: ({ instances }) => formats.number(instances) },
    { key: 'size', title: words.size, isNumber: true, cell: ({ bytes }) => formats.bytes(bytes) },
    { key: 'deleted', title: words.deletedAt, isWhole: true, cell: ({ deletedAt }) => formats.moment(deletedAt) },
  ]
  return (
    <>
      {chosen.size > 0 && <div className="list-tools"><Button danger onClick={() => { setAsking(true) }}>{words.chosen(formats.number(chosen.size))}</Button></div>}
      <Listing pages={pages} empty={words.noDeleted}>{(items) => <DataTable label={words.deleted} items={items} columns={columns} rowKey={({ deletedStudyId }) => deletedStudyId} />}</Listing>
      {isAsking && (
        <AskReason
          title={words.askTitle(formats.number(chosen.size))} hint={words.askHint} isDangerous action={words.chosen(formats.number(chosen.size))} done={words.asked} onClose={() => { setAsking(false) }}
          onSubmit={(reason) => changing(() => maintenance(api).requestPurge({ deletedStudyIds: [...chosen], reason }), pages.reload).then(onAsked)}
        />
      )}
    </>
  )
}
