import { session, shareLinks } from '@isocenter/api-client'
import { defaultPageSize, type ShareLink } from '@isocenter/contracts'
import { EmptyState, Loaded, Page, personName, useAction, useConfirm, useLanguage, useLocation, usePages } from '@isocenter/design-system'
import { Button, Table, Tag } from 'antd'
import { writtenTime } from '../studies/row-text.ts'
import { useShareWords } from './words.ts'
import './share.css'

type SharedStudy = ShareLink['studies'][number]

/** Links one has made in this organisation, and their end (SHARE-01). */
export function ShareLinks() {
  const words = useShareWords()
  const { formats, language } = useLanguage()
  const { path } = useLocation()
  const organisationId = path.split('/')[2] ?? ''
  const api = shareLinks(session.api.of(organisationId))
  const links = usePages(organisationId, (cursor, signal) => api.list({ limit: defaultPageSize, ...(cursor !== undefined && { cursor }) }, signal))
  const action = useAction()
  const confirm = useConfirm()
  const nameOf = ({ isGone, about }: Omit<SharedStudy, 'StudyInstanceUID'>) => {
    if (about === undefined) return isGone ? words.goneStudy : words.hiddenStudy
    const name = personName(about.PatientName ?? '', language)
    return name === '' ? words.unnamed : name
  }
  /** A link forgets studies that are removed for good. */
  const namesOf = ({ studies }: ShareLink) => (studies.length === 0 ? words.goneStudy : studies.map(nameOf).join('; '))
  const titleOf = ({ isGone, about }: SharedStudy) => {
    if (about === undefined) return <span className="hint">{nameOf({ isGone })}</span>
    return <>{nameOf({ isGone, about })} <span className="hint">{[about.examTypes.join('/'), writtenTime(about.StudyDate)].filter((part) => part !== '').join(' · ')}</span></>
  }
  const revoke = async (link: ShareLink) => {
    if (!await confirm({ title: words.revokeTitle, hint: words.revokeText(namesOf(link)), action: words.revoke })) return
    if (await action.run(() => api.revoke(link.linkId), { done: words.revoked })) links.reload()
  }
  return (
    <Page title={words.ownLinks}>
      <Loaded resource={links}>{({ items }) => (items.length === 0 ? <EmptyState title={words.none}>{words.noneHint}</EmptyState> : (
        <>
          <Table<ShareLink> dataSource={[...items]} rowKey="linkId" pagination={false} scroll={{ x: 900 }} columns={[
            { title: words.state, width: 110, render: (_, { state }) => <Tag>{words.states[state]}</Tag> },
            { title: words.studies, render: (_, link) => (link.studies.length === 0 ? <span className="hint">{namesOf(link)}</span> : <ul className="share-studies">{link.studies.map((study) => <li key={study.StudyInstanceUID}>{titleOf(study)}</li>)}</ul>) },
            { title: words.kind, width: 160, render: (_, { isAnonymised, hasPassword }) => [isAnonymised ? words.anonymised : words.withNames, ...(hasPassword ? [words.withPassword] : [])].join(' · ') },
            { title: words.made_, width: 130, render: (_, { createdAt }) => formats.moment(createdAt) },
            { title: words.until, width: 130, render: (_, { expiresAt }) => formats.moment(expiresAt) },
            { title: words.views, width: 150, render: (_, { views, lastViewedAt }) => <>{words.times(views)}{lastViewedAt !== undefined && <div className="hint">{words.lastOpened(formats.moment(lastViewedAt))}</div>}</> },
            { title: '', width: 120, render: (_, link) => link.actions.includes('revoke') && <Button size="small" danger onClick={() => void revoke(link)}>{words.revoke}</Button> },
          ]} />
          {links.hasMore && <p><Button onClick={links.more}>{words.more}</Button></p>}
        </>
      ))}</Loaded>
    </Page>
  )
}
