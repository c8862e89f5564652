import { ApiProblem, passkeys, session } from '@isocenter/api-client'
import type { Passkey, PasskeyRegistration } from '@isocenter/contracts'
import { FormDrawer, Loaded, useLanguage, useResource } from '@isocenter/design-system'
import { Alert, Button, Card, Form, Input, Tag } from 'antd'
import { useState } from 'react'
import { deviceName } from '../../session/device-name.ts'
import { hasPasskeys, makePasskey, PasskeyGivenUp } from '../../session/web-authn.ts'
import { useShellWords } from '../../words/index.ts'
import { AskPassword } from './ask-password.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const api = passkeys(session.api)
interface NewPasskey { readonly name: string; readonly password: string }

/** Passkeys: a fingerprint, a face or a security key in place of the password. */
export function Passkeys() {
  const { security: words, signIn, profile } = useShellWords()
  const list = useResource('passkeys', (signal) => api.list(signal))
  const [isAdding, setAdding] = useState(false)
  const [codes, setCodes] = useState<readonly string[]>()
  const [hasGivenUp, setGivenUp] = useState(false)
  const add = async ({ name, password }: NewPasskey) => {
    setGivenUp(false)
    const challenge = await api.beginAdding(password)
    try {
      const credential = await makePasskey<PasskeyRegistration['credential']>(challenge)
      const { recoveryCodes } = await api.add({ ceremony: challenge.ceremony, name: name.trim(), credential })
      if (recoveryCodes !== undefined) setCodes(recoveryCodes)
    } catch (error) {
      if (error instanceof ApiProblem) throw error
      if (!(error instanceof PasskeyGivenUp)) throw error
      setGivenUp(true)
      return false
    }
    list.reload()
    await session.refresh()
    return true
  }
  return (
    <Card title={<h2 className="card-title">{words.passkeys}</h2>} extra={hasPasskeys() && <Button onClick={() => { setAdding(true) }}>{words.addPasskey}</Button>}>
      <p className="hint">{hasPasskeys() ? words.passkeysHint : words.passkeysNotHere}</p>
      <Loaded resource={list} rows={1}>{({ items }) => items.length === 0 ? null : <ul className="rows">{items.map((one) => <PasskeyRow key={one.passkeyId} passkey={one} onChanged={list.reload} />)}</ul>}</Loaded>
      {isAdding && (
        <FormDrawer<NewPasskey> title={words.addPasskey} initialValues={{ name: deviceName(navigator.userAgent) ?? '' }} onClose={() => { setAdding(false) }} onSubmit={add} submitText={words.goOn}>
          <div role="alert">{hasGivenUp && <Alert type="warning" showIcon title={signIn.secondFactor.passkeyGivenUp} className="entrance-problem" />}</div>
          <Form.Item name="name" label={words.passkeyName} rules={[{ required: true, whitespace: true, message: words.missingPasskeyName }]}><Input autoFocus maxLength={60} /></Form.Item>
          <Form.Item name="password" label={signIn.password} extra={profile.passwordWhy} rules={[{ required: true, message: signIn.missingPassword }]}><Input.Password autoComplete="current-password" maxLength={200} /></Form.Item>
        </FormDrawer>
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => { setCodes(undefined) }} />}
    </Card>
  )
}

function PasskeyRow({ passkey: { passkeyId, name, createdAt, lastUsedAt, isSynchronised }, onChanged }: { readonly passkey: Passkey; readonly onChanged: () => void }) {
  const { security: words } = useShellWords()
  const { formats } = useLanguage()
  const [isRemoving, setRemoving] = useState(false)
  return (
    <li>
      <span>
        <strong>{name}</strong> {isSynchronised && <Tag>{words.synchronised}</Tag>}<br />
        <span className="hint">{words.added(formats.moment(createdAt))}{lastUsedAt !== undefined && ` · ${words.lastUsed(formats.moment(lastUsedAt))}`}</span>
      </span>
      <Button danger onClick={() => { setRemoving(true) }} aria-label={`${words.remove}: ${name}`}>{words.remove}</Button>
      {isRemoving && <AskPassword title={words.removePasskey(name)} action={words.remove} doneText={words.removed} onClose={() => { setRemoving(false) }} onSubmit={async (password) => { await api.remove(passkeyId, password); onChanged(); await session.refresh() }} />}
    </li>
  )
}
