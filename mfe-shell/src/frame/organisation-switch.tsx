import { BankOutlined, CheckOutlined, DownOutlined, TeamOutlined } from '@ant-design/icons'
import { mayLeave, navigate } from '@isocenter/design-system'
import type { OwnMembership } from '@isocenter/contracts'
import { Button, Dropdown, type MenuProps } from 'antd'
import { useMembership, useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { tellSwitched } from './switched-elsewhere.tsx'

/** Changes to another organisation of the same person (WB-04, WB-05); each tab is in one, by its address. */
export function OrganisationSwitch({ memberships }: { readonly memberships: readonly OwnMembership[] }) {
  const { frame } = useShellWords()
  const current = useMembership()
  const accountId = useSignedIn()?.session.account.accountId
  if (!current) return <span className="organisation-switch" />
  const group = (label: string, kinds: readonly string[]): NonNullable<MenuProps['items']> => {
    const items = memberships.filter(({ organisation }) => kinds.includes(organisation.kind)).map(({ organisation: { organisationId, name, number } }) => ({
      key: organisationId,
      label: <span className="organisation-item"><span>{name}</span><small>{number}</small></span>,
      ...(organisationId === current.organisation.organisationId && { extra: <CheckOutlined aria-hidden /> }),
    }))
    return items.length === 0 ? [] : [{ type: 'group' as const, label, children: items }]
  }
  const switchTo = async (organisationId: string) => {
    if (accountId === undefined || organisationId === current.organisation.organisationId || !await mayLeave()) return
    navigate(`/o/${organisationId}/home`)
    tellSwitched({ accountId, organisationId })
  }
  const Icon = current.organisation.kind === 'team' ? TeamOutlined : BankOutlined
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [...group(frame.requestSide, ['hospital']), ...group(frame.diagnosisSide, ['team']), ...group(frame.otherSide, ['consortium', 'platform'])],
        selectable: true,
        selectedKeys: [current.organisation.organisationId],
        onClick: ({ key }) => void switchTo(key),
      }}
    >
      <Button className="organisation-switch" type="text" aria-haspopup="menu" aria-label={frame.switchOrganisation(current.organisation.name)}>
        <Icon aria-hidden /><span className="organisation-name">{current.organisation.name}</span><DownOutlined aria-hidden className="small-icon" />
      </Button>
    </Dropdown>
  )
}
