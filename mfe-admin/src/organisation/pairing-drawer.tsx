import { hospitalPairings, teamPairings } from '@isocenter/api-client'
import type { Pairing } from '@isocenter/contracts'
import { Loaded, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Drawer, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { Facts } from '../parts/facts.tsx'
import { PictureField } from '../parts/picture-field.tsx'
import { SwitchSetting } from '../parts/switch-setting.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { Fees } from './fees.tsx'
import { pairingColours } from './pairing-colours.ts'
import { useOrganisationWords } from './words.ts'

interface Props { readonly isTeam: boolean; readonly onChanged: () => void }

/** One pairing: its state, and what this side may do with it. */
export function PairingDrawer({ pairingId, isTeam, onClose, onChanged }: Props & { readonly pairingId: string; readonly onClose: () => void }) {
  const words = useOrganisationWords()
  const { api } = useAdmin()
  const pairing = useResource(pairingId, (signal) => (isTeam ? teamPairings(api) : hospitalPairings(api)).find(pairingId, signal))
  const changed = () => {
    pairing.reload()
    onChanged()
  }
  const other = pairing.value && (isTeam ? pairing.value.hospital : pairing.value.team)
  return (
    <Drawer open title={other?.name ?? words.pairings} size={640} onClose={onClose}>
      <Loaded resource={pairing}>{(value) => (
        <>
          <State pairing={value} isTeam={isTeam} />
          <Moves pairing={value} isTeam={isTeam} onChanged={changed} onRemoved={() => { onChanged(); onClose() }} />
          {isTeam && <TeamSide pairing={value} onChanged={changed} />}
        </>
      )}</Loaded>
    </Drawer>
  )
}

function State({ pairing, isTeam }: { readonly pairing: Pairing; readonly isTeam: boolean }) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { state, hospital, team, requestedAt, answeredAt, endedAt, expiresAt, declineReason, takesOrders, isSignatureFixed } = pairing
  const other = isTeam ? hospital : team
  return (
    <Facts of={[
      [isTeam ? words.hospital : words.team, <strong key="name">{other.name}</strong>],
      [words.number, <span key="number" className="mono">{other.number}</span>],
      [common.state, <Tag key="state" color={pairingColours[state]}>{words.states[state]}</Tag>],
      [words.orders, state === 'paired' && (takesOrders ? words.ordersTaken : words.ordersRefused)], [words.signatureState, state === 'paired' && (isSignatureFixed ? words.fixed : words.notFixed)],
      [words.requestedAt, formats.moment(requestedAt)],
      [words.expiresAt, state === 'invited' && expiresAt !== undefined && formats.moment(expiresAt)],
      [words.answeredAt, answeredAt && formats.moment(answeredAt)],
      [words.declineReason, declineReason],
      [words.endedAt, endedAt && formats.moment(endedAt)],
    ]} />
  )
}

function Moves({ pairing: { pairingId, state, actions, hospital, team }, isTeam, onChanged, onRemoved }: Props & { readonly pairing: Pairing; readonly onRemoved: () => void }) {
  const words = useOrganisationWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [isDeclining, setDeclining] = useState(false)
  const name = isTeam ? hospital.name : team.name
  const isOpen = state !== 'paired'
  const move = (act: () => Promise<unknown>, done: string) => run(() => changing(act, onChanged), { done }).then(onChanged)
  const remove = async () => {
    const question = isOpen ? { title: words.withdrawTitle, hint: words.withdrawHint, action: words.withdraw } : { title: words.endTitle(name), hint: words.endHint, action: words.end }
    if (await confirm(question) && await run(() => changing(() => hospitalPairings(api).remove(pairingId), onChanged), { done: words.ended })) onRemoved()
  }
  const possible = isTeam ? (['agree', 'decline'] as const) : (['inviteAgain', 'delete'] as const)
  if (!possible.some((action) => actions.includes(action))) return null
  return (
    <section className="drawer-section">
      <div className="drawer-actions">
        {isTeam && actions.includes('agree') && <Button type="primary" loading={isBusy} onClick={() => void move(() => teamPairings(api).agree(pairingId), words.agreed)}>{words.agree}</Button>}
        {isTeam && actions.includes('decline') && <Button danger loading={isBusy} onClick={() => { setDeclining(true) }}>{words.decline}</Button>}
        {!isTeam && actions.includes('inviteAgain') && <Button loading={isBusy} onClick={() => void move(() => hospitalPairings(api).inviteAgain(pairingId), words.invited)}>{words.inviteAgain}</Button>}
        {!isTeam && actions.includes('delete') && <Button danger loading={isBusy} onClick={() => void remove()}>{isOpen ? words.withdraw : words.end}</Button>}
      </div>
      {isDeclining && (
        <AskReason
          title={words.declineTitle(name)} hint={words.declineHint} isDangerous action={words.decline} done={words.declined} isOptional onClose={() => { setDeclining(false) }}
          onSubmit={(reason) => changing(() => teamPairings(api).decline(pairingId, reason === '' ? undefined : reason), onChanged).then(onChanged)}
        />
      )}
    </section>
  )
}

/** What only the team sets: whether it takes orders, how its reports are signed, and what its doctors ask. */
function TeamSide({ pairing, onChanged }: { readonly pairing: Pairing; readonly onChanged: () => void }) {
  const words = useOrganisationWords()
  const { api, may } = useAdmin()
  const { run, isBusy } = useAction()
  const act = teamPairings(api)
  const { pairingId, actions, takesOrders, hasSignature, isSignatureFixed } = pairing
  const maySwitch = actions.includes('takeOrders') || actions.includes('refuseOrders')
  return (
    <>
      {maySwitch && (
        <section className="drawer-section">
          <SwitchSetting
            title={words.takesOrders}
            hint={words.takesOrdersHint}
            isOn={takesOrders}
            isBusy={isBusy}
            onSwitch={(isOn) => void run(() => changing(() => act.takeOrders(pairingId, isOn), onChanged), { done: words.switched }).then(onChanged)}
          />
        </section>
      )}
      {actions.includes('setSignature') && (
        <section className="drawer-section">
          <h3>{words.pairingSignature}</h3>
          <p className="hint">{words.pairingSignatureHint}</p>
          <PictureField name={words.pairingSignature} isThere={hasSignature} load={(signal) => act.signature(pairingId, signal)} onPut={(picture) => act.putSignature(pairingId, picture).then(onChanged)} />
          <div className="after-picture">
            <SwitchSetting
              title={words.fixSignature}
              hint={words.fixSignatureHint}
              isOn={isSignatureFixed}
              isDisabled={!hasSignature}
              isBusy={isBusy}
              onSwitch={(isOn) =>
                void run(() => changing(() => act.fixSignature(pairingId, isOn), onChanged), { done: words.switched }).then(onChanged)}
            />
          </div>
        </section>
      )}
      {may('team.fee') && <Fees pairingId={pairingId} maySet={actions.includes('setFees')} />}
    </>
  )
}
