import { BankOutlined, RightOutlined, TeamOutlined } from '@ant-design/icons'
import { personalCentre, session, workbench } from '@isocenter/api-client'
import type { OwnInvitation, OwnMembership } from '@isocenter/contracts'
import { EmptyState, Link, Loaded, Page, useAction, useConfirm, useLanguage, useResource, useRoleName } from '@isocenter/design-system'
import { Alert, Button, Card } from 'antd'
import { useState } from 'react'
import { BindingOffer } from '../parts/binding-offer.tsx'
import { useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { CodeForm } from './code-form.tsx'

const api = workbench(session.api)

/** Where who is signed in belongs, and may go to work (WB-01). */
export function Workbench() {
  const { workbench: words } = useShellWords()
  const signedIn = useSignedIn()
  const invitations = useResource('invitations', (signal) => api.invitations(signal))
  const preferences = useResource('preferences', (signal) => personalCentre(session.api).preferences(signal))
  if (!signedIn) return null
  const { memberships } = signedIn
  const of = (...kinds: readonly string[]) => memberships.filter(({ organisation }) => kinds.includes(organisation.kind))
  const administration = of('consortium', 'platform')
  return (
    <Page title={words.title} intro={words.intro}>
      {signedIn.session.newPasswordAdvised && <Alert type="warning" showIcon title={words.newPasswordAdvised} action={<Link href="/me/security">{words.changePassword}</Link>} />}
      {preferences.value?.shouldOfferBinding === true && <BindingOffer onPutOff={preferences.reload} />}
      <Loaded resource={invitations} rows={1}>{({ items }) => <Invitations items={items} onAnswered={invitations.reload} />}</Loaded>
      {memberships.length === 0 ? <Card><EmptyState title={words.none}>{words.noneHint}</EmptyState></Card> : (
        <div className="two-columns">
          <Side title={words.requestSide} hint={words.requestSideHint} memberships={of('hospital')} />
          <Side title={words.diagnosisSide} hint={words.diagnosisSideHint} memberships={of('team')} />
          {administration.length > 0 && <Side title={words.administration} hint={words.administrationHint} memberships={administration} />}
        </div>
      )}
    </Page>
  )
}

function Side({ title, hint, memberships }: { readonly title: string; readonly hint: string; readonly memberships: readonly OwnMembership[] }) {
  const { workbench: words } = useShellWords()
  return (
    <section className="side" aria-label={title}>
      <h2 className="card-title">{title}</h2>
      <p className="hint">{hint}</p>
      {memberships.length === 0 ? <p className="side-empty">{words.noneOfThese}</p> : (
        <ul className="quiet-list side-list">{memberships.map((membership) => <li key={membership.membershipId}><OrganisationLink membership={membership} /></li>)}</ul>
      )}
    </section>
  )
}

function OrganisationLink({ membership: { organisation: { organisationId, name, number, kind }, role } }: { readonly membership: OwnMembership }) {
  const { workbench: words } = useShellWords()
  const roleName = useRoleName()
  const Icon = kind === 'team' ? TeamOutlined : BankOutlined
  return (
    <Link className="organisation-link" href={`/o/${organisationId}/home`}>
      <span className="organisation-symbol"><Icon aria-hidden /></span>
      <span className="organisation-words"><strong>{name}</strong><span className="hint">{words.number} {number} · {roleName(role.name)}</span></span>
      <RightOutlined aria-hidden className="small-icon" />
    </Link>
  )
}

function Invitations({ items, onAnswered }: { readonly items: readonly OwnInvitation[]; readonly onAnswered: () => void }) {
  const { workbench: words } = useShellWords()
  if (items.length === 0) return null
  return (
    <Card title={<h2 className="card-title">{words.invitations}</h2>}>
      <ul className="rows">{items.map((invitation) => <InvitationRow key={invitation.invitationId} invitation={invitation} onAnswered={onAnswered} />)}</ul>
    </Card>
  )
}

function InvitationRow({ invitation, onAnswered }: { readonly invitation: OwnInvitation; readonly onAnswered: () => void }) {
  const { invitationId, organisation, roleName, expiresAt, needsCode } = invitation
  const { workbench: words } = useShellWords()
  const { formats } = useLanguage()
  const translated = useRoleName()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [isAskingCode, setAskingCode] = useState(false)
  const join = async () => {
    await session.refresh()
    onAnswered()
  }
  const accept = async () => {
    if (needsCode) {
      setAskingCode(true)
      return
    }
    const went = await run(() => api.accept(invitationId), { done: words.joined(organisation.name) })
    if (went) await join()
    else onAnswered()
  }
  const decline = async () => {
    if (!await confirm({ title: words.declineTitle, hint: words.declineHint(organisation.name), action: words.decline })) return
    await run(() => api.decline(invitationId), { done: words.declined })
    onAnswered()
  }
  return (
    <li>
      <span><strong>{words.invitation(organisation.name, translated(roleName))}</strong><br /><span className="hint">{words.until(formats.moment(expiresAt))}</span></span>
      <span className="row-actions">
        <Button onClick={() => void decline()} disabled={isBusy}>{words.decline}</Button>
        <Button type="primary" loading={isBusy} onClick={() => void accept()}>{words.accept}</Button>
      </span>
      {isAskingCode && <CodeForm invitation={invitation} onClose={() => { setAskingCode(false) }} onJoined={join} />}
    </li>
  )
}
