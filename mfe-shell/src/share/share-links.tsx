import { session, shareLinks } from '@isocenter/api-client'
import { defaultPageSize, type ShareLink } from '@isocenter/contracts'
import { createFormats, EmptyState, Loaded, Page, useAction, useConfirm, useLanguage, useLocation, usePages } from '@isocenter/design-system'
import { Button, Table, Tag } from 'antd'
import { useShareWords } from './words.ts'
import './share.css'

/** Links one has made in this organisation, and their end (SHARE-01). */
export function ShareLinks() {
  const words = useShareWords()
  const formats = createFormats(useLanguage().language)
  const { path } = useLocation()
  const organisationId = path.split('/')[2] ?? ''
  const api = shareLinks(session.api.of(organisationId))
  const links = usePages(organisationId, (cursor, signal) => api.list({ limit: defaultPageSize, ...(cursor !== undefined && { cursor }) }, signal))
  const action = useAction()
  const confirm = useConfirm()
  const revoke = async (link: ShareLink) => {
    if (!await confirm({ title: words.revokeTitle, hint: words.revokeText, action: words.revoke })) return
    if (await action.run(() => api.revoke(link.linkId), { done: words.revoked })) links.reload()
  }
  return (
    <Page title={words.ownLinks}>
      <Loaded resource={links}>{({ items }) => (items.length === 0 ? <EmptyState title={words.none}>{words.noneHint}</EmptyState> : (
        <>
          <Table<ShareLink> dataSource={[...items]} rowKey="linkId" pagination={false} scroll={{ x: 'max-content' }} columns={[
            { title: words.state, render: (_, { state }) => <Tag>{words.states[state]}</Tag> },
            { title: words.studies, render: (_, { studies }) => <>{studies.length}{studies.some(({ isGone }) => isGone) && ` (${String(studies.filter(({ isGone }) => isGone).length)} ${words.gone})`}</> },
            { title: words.kind, render: (_, { isAnonymised, hasPassword }) => [isAnonymised ? words.anonymised : words.withNames, ...(hasPassword ? [words.withPassword] : [])].join(' · ') },
            { title: words.made_, render: (_, { createdAt }) => formats.moment(createdAt) },
            { title: words.until, render: (_, { expiresAt }) => formats.moment(expiresAt) },
            { title: words.views, render: (_, { views, lastViewedAt }) => <>{words.times(views)}{lastViewedAt !== undefined && <div className="hint">{words.lastOpened(formats.moment(lastViewedAt))}</div>}</> },
            { title: '', render: (_, link) => link.actions.includes('revoke') && <Button size="small" danger onClick={() => void revoke(link)}>{words.revoke}</Button> },
          ]} />
          {links.hasMore && <p><Button onClick={links.more}>{words.more}</Button></p>}
        </>
      ))}</Loaded>
    </Page>
  )
}
