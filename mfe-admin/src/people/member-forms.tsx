import { members } from '@isocenter/api-client'
import { genders, type InvitationMade, type MemberCreation, type MemberRequest, type Role } from '@isocenter/contracts'
import { FormDrawer, useLanguage, withoutEmpty } from '@isocenter/design-system'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useCommonWords } from '../words/common.ts'
import { usePeopleWords, useRoleName } from './words.ts'

interface FormProps { readonly roles: readonly Role[]; readonly onClose: () => void }

/** Roles that who is signed in may give. */
function useRoleOptions(roles: readonly Role[]): readonly { readonly value: string; readonly label: string }[] {
  const roleName = useRoleName()
  return roles.filter(({ actions }) => actions.includes('assign')).map((role) => ({ value: role.roleId, label: roleName(role) }))
}

/** Makes a member of somebody new (ORG-10, ORG-13); the password of the new account is shown once. */
export function MemberForm({ roles, onClose, onAdded }: FormProps & { readonly onAdded: () => void }) {
  const words = usePeopleWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const options = useRoleOptions(roles)
  const [made, setMade] = useState<{ readonly name: string; readonly phone: string; readonly creation: MemberCreation }>()
  if (made?.creation.acceptanceCode !== undefined) return <AcceptanceCode phone={made.phone} code={made.creation.acceptanceCode} hint={words.invitedInstead} onClose={onClose} />
  if (made?.creation.oneTimePassword !== undefined) {
    const { oneTimePassword, passwordExpiresAt } = made.creation
    return (
      <ShownOnce
        title={words.created(made.name)} hint={<>{words.createdHint} {passwordExpiresAt !== undefined && words.goodUntil(formats.moment(passwordExpiresAt))}</>}
        secrets={[{ label: words.phone, value: made.phone }, { label: words.oneTimePassword, value: oneTimePassword }]} onClose={onClose}
      />
    )
  }
  return (
    <FormDrawer<MemberRequest>
      title={words.addMember}
      initialValues={{ phone: '', name: '' }}
      submitText={words.create}
      doneText=""
      onClose={onClose}
      problemFields={{
        'invalid-phone': 'phone',
        'not-a-login': 'phone',
        'account-exists': 'phone',
        'already-member': 'phone',
        'no-such-role': 'roleId',
        'full-role-needed': 'roleId',
        'role-beyond-own': 'roleId',
      }}
      onSubmit={async (values) => {
        const creation = await members(api).create(withoutEmpty({ ...values, phone: values.phone.trim(), name: values.name.trim() }))
        onAdded()
        setMade({ name: values.name.trim(), phone: values.phone.trim(), creation })
        return false
      }}
    >
      <p className="hint">{words.newMemberHint}</p>
      <Form.Item name="name" label={words.person} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} autoComplete="off" /></Form.Item>
      <Form.Item name="phone" label={words.phone} rules={[{ required: true, whitespace: true, min: 5, message: words.missingPhone }]}><Input type="tel" maxLength={30} autoComplete="off" /></Form.Item>
      <Form.Item name="roleId" label={words.role} rules={[{ required: true, message: words.missingRole }]}><Select options={[...options]} /></Form.Item>
      <Form.Item name="gender" label={words.gender}><Select allowClear options={genders.map((value) => ({ value, label: words.genders[value] ?? value }))} /></Form.Item>
      <Form.Item name="email" label={words.email} rules={[{ type: 'email', message: words.invalidEmail }]}><Input type="email" maxLength={254} autoComplete="off" /></Form.Item>
      <Form.Item name="introduction" label={words.introduction}><Input.TextArea rows={3} maxLength={2000} /></Form.Item>
    </FormDrawer>
  )
}

/** Invites whoever has a phone number (ORG-11, ORG-14). */
export function InviteForm({ roles, onClose, onInvited }: FormProps & { readonly onInvited: () => void }) {
  const words = usePeopleWords()
  const { api } = useAdmin()
  const options = useRoleOptions(roles)
  const [made, setMade] = useState<InvitationMade>()
  if (made) return <AcceptanceCode phone={made.phone} code={made.acceptanceCode} onClose={onClose} />
  return (
    <FormDrawer<{ readonly phone: string; readonly roleId: string }>
      title={words.invite}
      initialValues={{ phone: '' }}
      submitText={words.sendInvitation}
      doneText=""
      onClose={onClose}
      problemFields={{
        'invalid-phone': 'phone',
        'not-a-login': 'phone',
        'account-exists': 'phone',
        'already-member': 'phone',
        'no-such-role': 'roleId',
        'full-role-needed': 'roleId',
        'role-beyond-own': 'roleId',
      }}
      onSubmit={async ({ phone, roleId }) => {
        setMade(await members(api).invite({ phone: phone.trim(), roleId }))
        onInvited()
        return false
      }}
    >
      <p className="hint">{words.inviteHint}</p>
      <Form.Item name="phone" label={words.phone} rules={[{ required: true, whitespace: true, min: 5, message: words.missingPhone }]}><Input autoFocus type="tel" maxLength={30} autoComplete="off" /></Form.Item>
      <Form.Item name="roleId" label={words.role} rules={[{ required: true, message: words.missingRole }]}><Select options={[...options]} /></Form.Item>
    </FormDrawer>
  )
}

/** The code by which somebody shows to be the one who was invited; shown once. */
export function AcceptanceCode({ phone, code, hint, onClose }: { readonly phone: string; readonly code: string; readonly hint?: string; readonly onClose: () => void }) {
  const words = usePeopleWords()
  return <ShownOnce title={words.invitedTitle(phone)} hint={hint === undefined ? words.acceptanceHint : `${hint} ${words.acceptanceHint}`} secrets={[{ label: words.acceptanceCode, value: code }]} onClose={onClose} />
}
