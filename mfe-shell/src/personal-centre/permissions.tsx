import { personalCentre, session } from '@isocenter/api-client'
import { EmptyState, Loaded, Page, useLanguage, useResource, useRoleName } from '@isocenter/design-system'
import { Card, Collapse, Tag } from 'antd'
import { useShellWords } from '../words/index.ts'

const api = personalCentre(session.api)

/** What one may do where, in plain words; only an administrator changes it (PC-04, ROLE-05). */
export function Permissions() {
  const { permissions: words } = useShellWords()
  const { language } = useLanguage()
  const roleName = useRoleName()
  const own = useResource(`permissions ${language}`, (signal) => api.permissions(signal))
  return (
    <Page title={words.title} intro={words.intro}>
      <Loaded resource={own}>{({ items }) => items.length === 0 ? <Card><EmptyState title={words.none} /></Card> : items.map(({ membershipId, organisation, role, groups }) => (
        <Card key={membershipId} title={<h2 className="card-title">{organisation.name}<Tag>{roleName(role)}</Tag></h2>}>
          <Collapse
            ghost
            items={groups.map(({ group, title, permissions }) => ({
              key: group,
              label: <span>{title} <span className="hint">{words.count(permissions.length)}</span></span>,
              children: <ul className="permission-list">{permissions.map(({ permission, allows, isInForce }) => <li key={permission}>{allows}{!isInForce && <Tag color="warning">{words.switchedOff}</Tag>}</li>)}</ul>,
            }))}
          />
        </Card>
      ))}</Loaded>
    </Page>
  )
}
