import { maintenance } from '@isocenter/api-client'
import type { Quarantine as Held, QuarantinePatient } from '@isocenter/contracts'
import { dicomDate, Link, Page, personName, useLanguage, usePages } from '@isocenter/design-system'
import { App, Button, Card, Progress, Tag } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SearchFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { NoPicture, SidePicture } from './side-picture.tsx'
import { useRecordWords } from './words.ts'

/** Longest side of the pictures somebody decides by, pixels. */
const side = 512

/** What came for studies of other patients, and waits for somebody who knows whose it is (UPL-06). */
export function Quarantine() {
  const words = useRecordWords()
  const common = useCommonWords()
  const { formats, language } = useLanguage()
  const { api, organisation, may } = useAdmin()
  const { message } = App.useApp()
  const filters = useFilters()
  const [deciding, setDeciding] = useState<{ readonly held: Held; readonly action: Held['actions'][number] }>()
  /** How many images are in the study, while more go there. */
  const [accepted, setAccepted] = useState<number>()
  /** Who closes the drawer or leaves the page has no more lots put into the study. */
  const latest = useRef({ isStopped: false })
  useEffect(() => () => { latest.current.isStopped = true }, [])
  const search = filters.get('search')
  const pages = usePages(search, (cursor, signal) => maintenance(api).quarantine({ ...(search !== '' && { search }), ...(cursor !== undefined && { cursor }) }, signal))
  const nameOf = ({ PatientName }: QuarantinePatient) => (PatientName === undefined || PatientName === '' ? words.unnamed : personName(PatientName, language))
  const facts = ({ PatientID, IssuerOfPatientID, PatientBirthDate }: QuarantinePatient) => [PatientID, IssuerOfPatientID && words.issuedBy(IssuerOfPatientID), dicomDate(PatientBirthDate)]
  const line = (parts: readonly (string | undefined)[]) => <span className="hint small block">{parts.filter((part) => part !== undefined && part !== '').join(' · ')}</span>
  const cameOf = ({ came, ModalitiesInStudy }: Held) => (
    <><span className="state-line"><strong>{nameOf(came)}</strong>{ModalitiesInStudy.map((modality) => <Tag key={modality}>{modality}</Tag>)}</span>{line(facts(came))}</>
  )
  const thereOf = ({ there }: Held, named: (name: string) => ReactNode) => (there === undefined ? words.studyGone : (
    <>{named(nameOf(there))}{line(facts(there))}{line([dicomDate(there.StudyDate), there.StudyDescription])}</>
  ))
  // The browser fetches them by itself: their addresses say for which organisation.
  const at = `/o/${organisation.organisationId}`
  const pictureThere = ({ StudyInstanceUID }: Held) => (
    may('study.view')
      ? <SidePicture src={`${at}/dicom-web/studies/${StudyInstanceUID}/thumbnail?viewport=${String(side)},${String(side)}`} alt={words.thereAlt} />
      : <NoPicture why={words.mayNotSeeStudy} />
  )
  const pictureCame = ({ quarantineId }: Held) => <SidePicture src={`${at}/api/quarantine/${quarantineId}/thumbnail`} alt={words.cameAlt} />
  const columns: Column<Held>[] = [
    { key: 'came', title: words.came, isMain: true, cell: cameOf },
    {
      key: 'there', title: words.there, cell: (held) => thereOf(held, (name) => <Link href={`${at}/studies?record=${held.StudyInstanceUID}`}>{name}</Link>),
    },
    { key: 'instances', title: words.instances, isNumber: true, cell: ({ instances }) => formats.number(instances) },
    { key: 'size', title: words.size, isNumber: true, cell: ({ bytes }) => formats.bytes(bytes) },
    {
      key: 'received',
      title: words.lastReceived,
      cell: ({ lastReceivedAt, receivedBy }) => (
        <>{formats.moment(lastReceivedAt)}{receivedBy.name !== undefined && <span className="hint small block">{receivedBy.name}</span>}</>
      ),
    },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (held) => (
        <span className="row-actions">
          {held.actions.includes('accept') && <Button size="small" aria-label={`${words.accept}: ${nameOf(held.came)}`} onClick={() => { setDeciding({ held, action: 'accept' }) }}>{words.accept}</Button>}
          {held.actions.includes('delete') && <Button size="small" danger aria-label={`${words.remove}: ${nameOf(held.came)}`} onClick={() => { setDeciding({ held, action: 'delete' }) }}>{words.remove}</Button>}
        </span>
      ),
    },
  ]
  const decide = async ({ held: { quarantineId }, action }: NonNullable<typeof deciding>, reason: string) => {
    const client = maintenance(api)
    const run = { isStopped: false }
    latest.current = run
    const goesOn = (instances: number) => {
      if (!run.isStopped) setAccepted(instances)
      return !run.isStopped
    }
    try {
      const { instances, remaining, next } = action === 'accept' ? await client.acceptQuarantine(quarantineId, reason, goesOn) : await client.deleteQuarantine(quarantineId, reason)
      if (next !== undefined) void message.info(words.acceptedPart(formats.number(instances), formats.number(remaining)))
      else if (remaining > 0) void message.warning(words.someRemain(formats.number(remaining)))
      return next === undefined
    } finally {
      if (latest.current === run) setAccepted(undefined)
      // Also where it broke off, or somebody else was first: some may be in the study.
      pages.reload()
    }
  }
  const isAccepting = deciding?.action === 'accept'
  return (
    <Page title={words.quarantine} intro={words.quarantineIntro}>
      <Card>
        <div className="filters list-filters"><SearchFilter filters={filters} hint={words.quarantineSearchHint} /></div>
        <Listing pages={pages} isFiltered={filters.isFiltered} onUnfilter={() => { filters.set({ search: '' }) }} empty={words.noQuarantine}>
          {(items) => <DataTable label={words.quarantine} items={items} columns={columns} rowKey={({ quarantineId }) => quarantineId} />}
        </Listing>
      </Card>
      {deciding && (
        <AskReason
          title={isAccepting ? words.acceptTitle : words.removeTitle}
          about={(
            <>
              <dl className="both-sides">
                <div><dt>{words.there}</dt><dd>{deciding.held.there !== undefined && pictureThere(deciding.held)}{thereOf(deciding.held, (name) => <strong>{name}</strong>)}</dd></div>
                <div><dt>{words.came}</dt><dd>{pictureCame(deciding.held)}{cameOf(deciding.held)}<span className="hint small block">{words.instances}: {formats.number(deciding.held.instances)}</span></dd></div>
              </dl>
              {accepted !== undefined && <AcceptedSoFar accepted={accepted} of={deciding.held.instances} />}
            </>
          )}
          hint={isAccepting ? deciding.held.there === undefined ? words.acceptGoneHint : words.acceptHint : words.removeHint}
          action={isAccepting ? words.accept : words.remove} done={isAccepting ? words.accepted : words.removed} isDangerous={!isAccepting} onSubmit={(reason) => decide(deciding, reason)}
          onClose={() => {
            latest.current.isStopped = true
            setAccepted(undefined)
            setDeciding(undefined)
          }}
        />
      )}
    </Page>
  )
}

/** How far an acceptance of many images is; more may have come since they were counted. */
function AcceptedSoFar({ accepted, of }: { readonly accepted: number; readonly of: number }) {
  const words = useRecordWords()
  const { formats } = useLanguage()
  const all = Math.max(accepted, of)
  return <div role="status">{words.acceptedSoFar(formats.number(accepted), formats.number(all))}<Progress percent={Math.floor(accepted / all * 100)} aria-label={words.acceptTitle} /></div>
}
