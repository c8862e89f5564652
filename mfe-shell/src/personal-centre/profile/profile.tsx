import { personalCentre, session } from '@isocenter/api-client'
import { genders, type Profile, type ProfileIntroduction } from '@isocenter/contracts'
import { Loaded, Page, useAction, useResource, useUnsavedForm } from '@isocenter/design-system'
import { Alert, Button, Card, Form, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { tellAvatar } from '../../session/own-avatar.ts'
import { useSignedIn } from '../../session/use-session.ts'
import { useShellWords } from '../../words/index.ts'
import { AvatarField } from './avatar-field.tsx'
import { ContactDrawer } from './contact-drawer.tsx'

const api = personalCentre(session.api)

/** Basic information: what others know one by, and how one is reached (PC-02). */
export function ProfilePage() {
  const { profile: words } = useShellWords()
  const profile = useResource('profile', (signal) => api.profile(signal))
  const accountId = useSignedIn()?.session.account.accountId
  const { value } = profile
  useEffect(() => { if (accountId !== undefined && value !== undefined) tellAvatar(accountId, value.avatar) }, [accountId, value])
  return (
    <Page title={words.title}>
      <Loaded resource={profile}>{(value) => (
        <>
          <Card title={<h2 className="card-title">{words.basic}</h2>}><Basic profile={value} onChanged={profile.reload} /></Card>
          <Card title={<h2 className="card-title">{words.contact}</h2>}><Contacts profile={value} onChanged={profile.reload} /></Card>
          {value.introductions.length > 0 && (
            <Card title={<h2 className="card-title">{words.introductions}</h2>}>
              <p className="hint">{words.introductionsHint}</p>
              {value.introductions.map((one) => <Introduction key={one.membershipId} of={one} onChanged={profile.reload} />)}
            </Card>
          )}
        </>
      )}</Loaded>
    </Page>
  )
}

function Basic({ profile, onChanged }: { readonly profile: Profile; readonly onChanged: () => void }) {
  const { profile: words, actions } = useShellWords()
  const { run, isBusy } = useAction()
  const { onValuesChange, saved } = useUnsavedForm()
  const submit = async (values: { name: string; gender: '' | NonNullable<Profile['gender']> }) => {
    const { name, gender } = values
    const went = await run(() => api.changeProfile({ ...(profile.isNameVerified ? {} : { name: name.trim() }), gender }, profile.version), { done: actions.saved })
    if (went) {
      saved()
      await session.refresh()
    }
    onChanged()
  }
  return (
    <div className="profile">
      <AvatarField mark={profile.avatar} name={profile.name} onChanged={onChanged} />
      <Form key={profile.version} className="profile-form" layout="vertical" requiredMark={false} initialValues={{ name: profile.name, gender: profile.gender ?? '' }} onValuesChange={onValuesChange} onFinish={(values: { name: string; gender: '' | NonNullable<Profile['gender']> }) => void submit(values)}>
        <Form.Item name="name" label={words.name} {...(profile.isNameVerified && { extra: words.nameVerified })} rules={[{ required: true, whitespace: true, message: words.missingName }]}>
          <Input autoComplete="name" maxLength={100} disabled={profile.isNameVerified} />
        </Form.Item>
        <Form.Item name="gender" label={words.gender}>
          <Select options={[{ value: '', label: words.genders.none }, ...genders.map((value) => ({ value, label: words.genders[value] }))]} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={isBusy}>{actions.save}</Button>
      </Form>
    </div>
  )
}

function Contacts({ profile, onChanged }: { readonly profile: Profile; readonly onChanged: () => void }) {
  const { profile: words } = useShellWords()
  const [changing, setChanging] = useState<'phone' | 'email'>()
  return (
    <>
      <ul className="rows">
        <li><span><span className="hint">{words.phone}</span><br /><strong>{profile.phone}</strong></span><Button onClick={() => { setChanging('phone') }}>{words.changePhone}</Button></li>
        <li><span><span className="hint">{words.email}</span><br /><strong>{profile.email ?? words.none}</strong></span><Button onClick={() => { setChanging('email') }}>{profile.email === undefined ? words.addEmail : profile.isEmailProven === false ? words.proveEmail : words.changeEmail}</Button></li>
        {profile.loginName !== undefined && <li><span><span className="hint">{words.loginName}</span><br /><strong>{profile.loginName}</strong></span></li>}
      </ul>
      {profile.email === undefined && <Alert type="info" showIcon title={words.emailAdvised} style={{ marginTop: 16 }} />}
      {profile.isEmailProven === false && <Alert type="warning" showIcon title={words.emailUnproven} style={{ marginTop: 16 }} />}
      {changing && <ContactDrawer contact={changing} {...(changing === 'email' && profile.isEmailProven === false && profile.email !== undefined && { address: profile.email })} onClose={() => { setChanging(undefined) }} onChanged={() => { onChanged(); void session.refresh() }} />}
    </>
  )
}

function Introduction({ of: { membershipId, organisation, introduction }, onChanged }: { readonly of: ProfileIntroduction; readonly onChanged: () => void }) {
  const { actions } = useShellWords()
  const { run, isBusy } = useAction()
  const { onValuesChange, saved } = useUnsavedForm()
  const submit = async (values: { introduction?: string }) => {
    if (await run(() => api.introduce(membershipId, (values.introduction ?? '').trim()), { done: actions.saved })) saved()
    onChanged()
  }
  return (
    <Form layout="vertical" initialValues={{ introduction }} onValuesChange={onValuesChange} onFinish={(values: { introduction?: string }) => void submit(values)}>
      <Form.Item name="introduction" label={organisation.name} htmlFor={`introduction-${membershipId}`}>
        <Input.TextArea id={`introduction-${membershipId}`} rows={3} maxLength={2000} />
      </Form.Item>
      <Button htmlType="submit" loading={isBusy}>{actions.save}</Button>
    </Form>
  )
}
