import { members, roles } from '@isocenter/api-client'
import type { Invitation, InvitationMade, InvitationState } from '@isocenter/contracts'
import { Page, useAction, useConfirm, useLanguage, usePages, useResource } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Listing } from '../parts/listing.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { AcceptanceCode, InviteForm } from './member-forms.tsx'
import { usePeopleWords, useRoleName } from './words.ts'

const colours: Readonly<Record<InvitationState, string>> = { open: 'processing', expired: 'warning', accepted: 'success', declined: 'error', withdrawn: 'default' }

/** Who was asked to join, and what became of it (ORG-11, ORG-14). */
export function Invitations() {
  const words = usePeopleWords()
  const common = useCommonWords()
  const roleName = useRoleName()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const [isInviting, setInviting] = useState(false)
  const roleList = useResource('roles', (signal) => roles(api).list(signal))
  const pages = usePages('invitations', (cursor, signal) => members(api).invitations(cursor === undefined ? {} : { cursor }, signal))
  const columns: Column<Invitation>[] = [
    { key: 'phone', title: words.phone, isMain: true, cell: ({ phone }) => <strong>{phone}</strong> },
    { key: 'role', title: words.role, cell: ({ role }) => (role ? roleName(role) : <span className="hint">{words.roleGone}</span>) },
    { key: 'state', title: common.state, cell: ({ state }) => <Tag color={colours[state]}>{words.invitationStates[state]}</Tag> },
    { key: 'invited', title: words.invitedAt, isWhole: true, cell: ({ invitedAt }) => formats.moment(invitedAt) },
    { key: 'expires', title: words.expiresAt, cell: ({ expiresAt, state }) => (state === 'open' || state === 'expired' ? formats.moment(expiresAt) : '') },
    { key: 'actions', title: common.actions, isActions: true, cell: (invitation) => <InvitationActions invitation={invitation} onChanged={pages.reload} /> },
  ]
  const invite = <Button type="primary" onClick={() => { setInviting(true) }}>{words.invite}</Button>
  return (
    <Page title={words.invitations} intro={words.invitationsIntro} actions={<div className="page-actions">{invite}</div>}>
      <Card>
        <Listing pages={pages} empty={words.noInvitations} emptyHint={words.inviteHint}>{(items) => (
          <DataTable label={words.invitations} items={items} columns={columns} rowKey={({ invitationId }) => invitationId} />
        )}</Listing>
      </Card>
      {isInviting && <InviteForm roles={roleList.value?.items ?? []} onClose={() => { setInviting(false) }} onInvited={pages.reload} />}
    </Page>
  )
}

function InvitationActions({ invitation: { invitationId, phone, actions }, onChanged }: { readonly invitation: Invitation; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [made, setMade] = useState<InvitationMade>()
  if (actions.length === 0 && made === undefined) return null
  const withdraw = async () => {
    if (await confirm({ title: words.withdrawTitle, hint: words.withdrawHint, action: words.withdraw })) {
      await run(() => changing(() => members(api).withdrawInvitation(invitationId), onChanged), { done: words.withdrawn }).then(onChanged)
    }
  }
  return (
    <span className="row-actions">
      {actions.includes('inviteAgain') && (
        <Button
          size="small"
          loading={isBusy}
          aria-label={`${words.inviteAgain}: ${phone}`}
          onClick={() => void run(async () => { setMade(await changing(() => members(api).inviteAgain(invitationId), onChanged)) }).then(onChanged)}
        >
          {words.inviteAgain}
        </Button>
      )}
      {actions.includes('withdraw') && <Button size="small" danger loading={isBusy} aria-label={`${words.withdraw}: ${phone}`} onClick={() => void withdraw()}>{words.withdraw}</Button>}
      {made && <AcceptanceCode phone={made.phone} code={made.acceptanceCode} onClose={() => { setMade(undefined) }} />}
    </span>
  )
}
