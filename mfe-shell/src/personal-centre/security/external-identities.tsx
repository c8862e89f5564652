import { oidc, session } from '@isocenter/api-client'
import type { ExternalIdentity } from '@isocenter/contracts'
import { useLanguage, useLocation, useResource } from '@isocenter/design-system'
import { oidcOutcomes } from '@isocenter/contracts'
import { Alert, Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../../words/index.ts'
import { AskPassword } from './ask-password.tsx'

const api = oidc(session.api)

/** Accounts at identity providers of one's organisations (AUTH-20); nothing where no organisation has one. */
export function ExternalIdentities() {
  const { security: words, signIn } = useShellWords()
  const { search } = useLocation()
  const { value, reload } = useResource('identities', (signal) => api.identities(signal))
  const outcome = oidcOutcomes.find((one) => one === search.get('oidc'))
  if (value === undefined || value.items.length === 0) return null
  return (
    <Card title={<h2 className="card-title">{words.identities}</h2>}>
      <p className="hint">{words.identitiesHint}</p>
      {outcome !== undefined && <div role="alert"><Alert type={outcome === 'linked' ? 'success' : 'error'} showIcon title={signIn.oidc.outcomes[outcome]} className="entrance-problem" /></div>}
      <ul className="rows">{value.items.map((one) => <IdentityRow key={one.providerId} identity={one} onChanged={reload} />)}</ul>
    </Card>
  )
}

function IdentityRow({ identity: { providerId, name, organisation, state, isOn, label, lastUsedAt }, onChanged }: { readonly identity: ExternalIdentity; readonly onChanged: () => void }) {
  const { security: words } = useShellWords()
  const { formats } = useLanguage()
  const [asking, setAsking] = useState(false)
  const isBound = state === 'bound'
  const submit = async (password: string) => {
    if (isBound) {
      await api.unlink(providerId, password)
      onChanged()
      return true
    }
    const { authorizationUrl } = await api.link(providerId, password, '/me/security')
    location.assign(authorizationUrl)
    return false
  }
  return (
    <li>
      <span>
        <strong>{name}</strong> <Tag color={isBound ? 'success' : 'default'}>{isBound ? words.bound : words.unbound}</Tag>{!isOn && <Tag>{words.switchedOff}</Tag>}<br />
        <span className="hint">{organisation.name}{label !== undefined && ` · ${label}`}{lastUsedAt !== undefined && ` · ${words.lastUsed(formats.moment(lastUsedAt))}`}</span>
      </span>
      {(isBound || isOn) && <Button danger={isBound} onClick={() => { setAsking(true) }}>{isBound ? words.unlink : words.link}</Button>}
      {asking && <AskPassword title={isBound ? words.unlinkTitle(name) : words.linkTitle(name)} action={isBound ? words.unlink : words.goOn} doneText={isBound ? words.removed : ''} onClose={() => { setAsking(false) }} onSubmit={submit} />}
    </li>
  )
}
