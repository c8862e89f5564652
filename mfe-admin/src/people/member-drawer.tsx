import { accounts, members } from '@isocenter/api-client'
import type { Department, MemberDetail, MemberPatch, OneTimePassword, Role } from '@isocenter/contracts'
import { Link, Loaded, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Drawer, Form, Select, Switch, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { Facts } from '../parts/facts.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { MemberDocuments } from './member-documents.tsx'
import { usePeopleWords, useRoleName } from './words.ts'

interface Choices { readonly roles: readonly Role[]; readonly departments: readonly Department[] }

/** One member: the person, read only; role and functions, changeable; documents (ORG-12, ORG-15). */
export function MemberDrawer({ membershipId, roles, departments, onClose, onChanged }: Choices & { readonly membershipId: string; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const { api } = useAdmin()
  const member = useResource(membershipId, (signal) => members(api).find(membershipId, signal))
  const changed = () => {
    member.reload()
    onChanged()
  }
  return (
    <Drawer open title={member.value?.name ?? words.viewMember} size={560} onClose={onClose}>
      <Loaded resource={member}>{(value) => (
        <>
          <Person member={value} />
          <Work member={value} roles={roles} departments={departments} onChanged={changed} />
          <MemberDocuments membershipId={membershipId} onChanged={onChanged} />
          <Moves member={value} onChanged={changed} onRemoved={() => { onChanged(); onClose() }} />
        </>
      )}</Loaded>
    </Drawer>
  )
}

function Person({ member: { name, phone, email, gender, introduction, state, joinedAt } }: { readonly member: MemberDetail }) {
  const words = usePeopleWords()
  const { formats } = useLanguage()
  return (
    <>
      <Facts of={[
        [words.person, <span key="name" className="state-line"><strong>{name}</strong>{state !== 'active' && <Tag color="warning">{words.states[state]}</Tag>}</span>],
        [words.phone, phone], [words.email, email], [words.gender, gender === undefined ? undefined : words.genders[gender]], [words.joined, formats.moment(joinedAt)],
        [words.introduction, introduction && <span key="introduction" className="text-pre">{introduction}</span>],
      ]} />
      <p className="hint small">{words.personalHint}</p>
    </>
  )
}

/** Role, department and functions: each is changed as it is chosen. */
function Work({ member, roles, departments, onChanged }: Choices & { readonly member: MemberDetail; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const roleName = useRoleName()
  const { api, organisation } = useAdmin()
  const { run, isBusy } = useAction()
  const change = (patch: MemberPatch) => void run(() => changing(() => members(api).change(member.membershipId, patch, member.version), onChanged).then(onChanged), { done: words.changed })
  const mayEdit = member.actions.includes('edit')
  // The role somebody has is shown also where it cannot be given to others.
  const options = roles.filter(({ roleId, actions }) => actions.includes('assign') || roleId === member.role.roleId).map((role) => ({ value: role.roleId, label: roleName(role) }))
  return (
    <section className="drawer-section">
      <h3>{words.work}</h3>
      <Form layout="vertical" component={false}>
        <Form.Item label={words.role} htmlFor="member-role">
          <Select
            id="member-role"
            value={member.role.roleId}
            disabled={!member.actions.includes('changeRole') || isBusy}
            options={options.length > 0 ? options : [{ value: member.role.roleId, label: roleName(member.role) }]}
            onChange={(roleId: string) => { change({ roleId }) }}
          />
        </Form.Item>
        {organisation.kind === 'hospital' && (
          <>
            <Form.Item label={words.department} htmlFor="member-department">
              <Select
                id="member-department"
                value={member.department?.departmentId ?? ''}
                disabled={!mayEdit || isBusy}
                options={[
                  { value: '', label: words.noDepartment },
                  ...departments.map(({ departmentId, name }) => ({ value: departmentId, label: name })),
                ]}
                onChange={(departmentId: string) => { change({ departmentId }) }}
              />
            </Form.Item>
            <div className="setting switch-setting">
              <div><label htmlFor="member-film"><strong>{words.film}</strong></label><p>{words.filmHint}</p></div>
              <Switch
                id="member-film"
                checked={member.hasElectronicFilm}
                disabled={!mayEdit}
                loading={isBusy}
                onChange={(hasElectronicFilm) => { change({ hasElectronicFilm }) }}
              />
            </div>
          </>
        )}
      </Form>
    </section>
  )
}

function Moves({ member: { membershipId, accountId, name, phone, actions }, onChanged, onRemoved }: { readonly member: MemberDetail; readonly onChanged: () => void; readonly onRemoved: () => void }) {
  const words = usePeopleWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api, base, may, membershipId: ownId } = useAdmin()
  const [password, setPassword] = useState<OneTimePassword>()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const act = members(api)
  const suspend = async () => {
    if (await confirm({ title: words.suspendTitle(name), hint: words.suspendHint, action: words.suspend })) await run(() => changing(() => act.suspend(membershipId), onChanged), { done: words.suspended }).then(onChanged)
  }
  const remove = async () => {
    if (await confirm({ title: words.removeTitle(name), hint: words.removeHint, action: words.removeMember }) && await run(() => changing(() => act.remove(membershipId), onChanged), { done: words.removed })) onRemoved()
  }
  const reinstate = () => run(() => changing(() => act.reinstate(membershipId), onChanged), { done: words.reinstated }).then(onChanged)
  const resetPassword = async () => {
    if (await confirm({ title: words.resetTitle(name), hint: words.resetHint, action: words.resetPassword })) await run(async () => { setPassword(await accounts(api).resetPasswordOf(accountId)) })
  }
  const mayReset = actions.includes('edit') && membershipId !== ownId
  return (
    <section className="drawer-section">
      <h3>{common.actions}</h3>
      <div className="drawer-actions">
        {may('log.view_all') && <Link className="button-link" href={`${base}/logs?tab=entries&person=${accountId}&personName=${encodeURIComponent(name)}`}>{words.whatWasDone}</Link>}
        {mayReset && <Button loading={isBusy} onClick={() => void resetPassword()}>{words.resetPassword}</Button>}
        {actions.includes('reinstate') && <Button loading={isBusy} onClick={() => void reinstate()}>{words.reinstate}</Button>}
        {actions.includes('suspend') && <Button loading={isBusy} onClick={() => void suspend()}>{words.suspend}</Button>}
        {actions.includes('remove') && <Button danger loading={isBusy} onClick={() => void remove()}>{words.removeMember}</Button>}
      </div>
      {password && (
        <ShownOnce
          title={words.resetDone(name)}
          hint={<>{words.createdHint} {words.goodUntil(formats.moment(password.expiresAt))}</>}
          secrets={[{ label: words.phone, value: phone }, { label: words.oneTimePassword, value: password.oneTimePassword }]}
          onClose={() => { setPassword(undefined) }}
        />
      )}
    </section>
  )
}
