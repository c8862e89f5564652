import { apiKeys } from '@isocenter/api-client'
import { apiKeyDefaultOverlapHours, apiKeyMaxDays, apiKeyMaxOverlapHours, type ApiKey, type ApiKeyScopeList, type NewApiKey } from '@isocenter/contracts'
import { FormDrawer, Loaded, useLanguage, useResource } from '@isocenter/design-system'
import { Checkbox, Form, Input, InputNumber } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { linesOf } from '../parts/lines.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useMachineWords } from './words.ts'

interface KeyValues { readonly name: string; readonly scopes: readonly string[]; readonly lastDay: string; readonly addresses: string }

const dayMs = 86_400_000
const usualDays = 365
/** A day of the calendar as who reads this page counts it. */
const dayOf = (at: Date): string => `${String(at.getFullYear())}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
const inDays = (days: number): string => dayOf(new Date(Date.now() + days * dayMs))
/** The end of a day. */
const endOf = (day: string): string => new Date(`${day}T23:59:59`).toISOString()

/** Makes a key, whose secret is shown this once; or changes name, end and addresses of one. */
export function ApiKeyForm({ apiKey, onClose, onMade, onChanged }: { readonly apiKey?: ApiKey; readonly onClose: () => void; readonly onMade: (key: NewApiKey) => void; readonly onChanged: () => void }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const scopes = useResource('scopes', (signal) => apiKeys(api).scopes(signal))
  const submit = async ({ name, scopes: chosen, lastDay, addresses }: KeyValues) => {
    const given = { name: name.trim(), expiresAt: endOf(lastDay), addresses: linesOf(addresses) }
    if (apiKey === undefined) onMade(await apiKeys(api).create({ ...given, scopes: [...chosen] }))
    else {
      await changing(() => apiKeys(api).change(apiKey.apiKeyId, given, apiKey.version), onChanged)
      onChanged()
    }
  }
  return (
    <FormDrawer<KeyValues>
      title={apiKey === undefined ? words.addKey : words.editKey}
      width={560}
      onClose={onClose}
      onSubmit={submit}
      {...(apiKey === undefined && { submitText: words.make, doneText: '' })}
      problemFields={{ 'api-key-name-taken': 'name', 'scope-not-held': 'scopes', 'invalid-api-key': 'addresses' }}
      initialValues={{ name: apiKey?.name ?? '', scopes: [], lastDay: apiKey ? dayOf(new Date(apiKey.expiresAt)) : inDays(usualDays), addresses: apiKey?.addresses.join('\n') ?? '' }}
    >
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
      {apiKey === undefined && (
        <Loaded resource={scopes} rows={4}>{({ items }) => (
          <Form.Item name="scopes" label={words.scopes} rules={[{ required: true, message: words.missingScopes }]}>
            <ScopeChoice scopes={items} />
          </Form.Item>
        )}</Loaded>
      )}
      <Form.Item
        name="lastDay"
        label={words.expiryDay}
        extra={words.expiryHint(formats.number(apiKeyMaxDays))}
        rules={[{ required: true, message: words.missingDay }]}
      >
        <Input type="date" min={inDays(0)} max={inDays(apiKeyMaxDays - 1)} />
      </Form.Item>
      <Form.Item name="addresses" label={words.addressesOf} extra={words.addressHint}><Input.TextArea rows={3} className="mono" /></Form.Item>
    </FormDrawer>
  )
}

/** What a key may do; a field of a form. Ant Design would say of its group that it is required, which no group may be. */
function ScopeChoice({ id, scopes, value = [], onChange }: {
  readonly id?: string
  readonly scopes: ApiKeyScopeList['items']
  readonly value?: readonly string[]
  readonly onChange?: (value: readonly string[]) => void
}) {
  const words = useMachineWords()
  return (
    <Checkbox.Group {...(id !== undefined && { id })} className="checks" value={[...value]} onChange={(chosen) => onChange?.(chosen)}>
      {scopes.map(({ scope, allows, mayGive }) => (
        <Checkbox key={scope} value={scope} disabled={!mayGive}>
          {words.scopeWords[allows] ?? allows}
          <span className="hint small block"><code className="mono">{scope}</code>{!mayGive && ` · ${words.scopeNotYours}`}</span>
        </Checkbox>
      ))}
    </Checkbox.Group>
  )
}

/** Gives a key a new secret; the old one stays good for a while. */
export function RotationForm({ apiKey: { apiKeyId, name }, onClose, onMade }: { readonly apiKey: ApiKey; readonly onClose: () => void; readonly onMade: (key: NewApiKey) => void }) {
  const words = useMachineWords()
  const { api } = useAdmin()
  return (
    <FormDrawer<{ readonly overlapHours: number }>
      title={words.rotateTitle(name)}
      initialValues={{ overlapHours: apiKeyDefaultOverlapHours }}
      submitText={words.rotate}
      doneText=""
      onClose={onClose}
      onSubmit={async ({ overlapHours }) => { onMade(await apiKeys(api).rotate(apiKeyId, { overlapHours })) }}
    >
      <p className="hint">{words.rotateHint}</p>
      <Form.Item
        name="overlapHours"
        label={words.overlap}
        rules={[{ required: true, type: 'integer', min: 0, max: apiKeyMaxOverlapHours, message: words.wrongOverlap }]}
      >
        <InputNumber autoFocus min={0} max={apiKeyMaxOverlapHours} precision={0} />
      </Form.Item>
    </FormDrawer>
  )
}
