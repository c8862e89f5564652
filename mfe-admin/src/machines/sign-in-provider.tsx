import { ApiProblem, oidc } from '@isocenter/api-client'
import { signInProviderFaults, signInProviderLinks, type SignInProvider, type SignInProviderRequest } from '@isocenter/contracts'
import { EmptyState, FormDrawer, Loaded, Page, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Checkbox, Form, Input, Radio, Switch, Tag, Typography, type FormInstance } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { Facts } from '../parts/facts.tsx'
import { linesOf } from '../parts/lines.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useMachineWords } from './words.ts'

/** Sign-in by the organisation's own identity provider: set up, changed, removed. */
export function SignInProviderPage() {
  const words = useMachineWords()
  const { api } = useAdmin()
  const [isEditing, setEditing] = useState(false)
  const provider = useResource<{ readonly provider: SignInProvider | undefined }>('provider', async (signal) => {
    try {
      return { provider: await oidc(api).provider(signal) }
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'no-sign-in-provider') return { provider: undefined }
      throw error
    }
  })
  const edit = () => { setEditing(true) }
  return (
    <Page title={words.provider} intro={words.providerIntro}>
      <Card>
        <Loaded resource={provider}>{({ provider: there }) => there === undefined
          ? <EmptyState title={words.noProvider} action={<Button type="primary" onClick={edit}>{words.setUp}</Button>}>{words.noProviderHint}</EmptyState>
          : <Provider provider={there} onEdit={edit} onRemoved={provider.reload} />}</Loaded>
      </Card>
      {isEditing && <ProviderForm {...(provider.value?.provider && { provider: provider.value.provider })} onClose={() => { setEditing(false) }} onChanged={provider.reload} />}
    </Page>
  )
}

function Provider({ provider, onEdit, onRemoved }: { readonly provider: SignInProvider; readonly onEdit: () => void; readonly onRemoved: () => void }) {
  const words = useMachineWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const { name, issuer, clientId, isOn, linksBy, emailDomains, requiredClaim, redirectUri, launchUri, logoutUri, people, updatedAt } = provider
  const remove = async () => {
    if (await confirm({ title: words.removeTitle, hint: words.removeHint, action: words.remove })) await run(() => oidc(api).removeProvider(), { done: words.removed }).then(onRemoved)
  }
  const copied = (text: string) => <Typography.Text code copyable={{ tooltips: [common.copy, common.copied] }} className="secret small">{text}</Typography.Text>
  return (
    <>
      <Facts of={[
        [
          words.providerName,
          <span key="name" className="state-line">
            <strong>{name}</strong>
            <Tag color={isOn ? 'success' : 'default'}>{isOn ? common.on : common.off}</Tag>
          </span>,
        ],
        [words.issuer, <span key="issuer" className="mono">{issuer}</span>],
        [words.clientId, <span key="client" className="mono">{clientId}</span>],
        [words.linksBy, words.links[linksBy]],
        [words.domains, emailDomains.join(', ')],
        [words.claim, requiredClaim && <span key="claim" className="mono">{requiredClaim.name} = {requiredClaim.value}</span>],
        [words.people, formats.number(people)],
        [words.changedAt, formats.moment(updatedAt)],
      ]} />
      <section className="drawer-section">
        <h3>{words.atProvider}</h3>
        <Facts of={[[words.redirectUri, copied(redirectUri)], [words.launchUri, copied(launchUri)], [words.logoutUri, copied(logoutUri)]]} />
      </section>
      <div className="card-actions"><Button type="primary" onClick={onEdit}>{common.edit}</Button><Button danger loading={isBusy} onClick={() => void remove()}>{words.remove}</Button></div>
    </>
  )
}

interface ProviderValues extends Pick<SignInProviderRequest, 'name' | 'issuer' | 'clientId' | 'isOn' | 'linksBy'> {
  readonly clientSecret: string
  readonly dropsSecret?: boolean
  readonly domains: string
  readonly claimName: string
  readonly claimValue: string
}

const domain = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/

function ProviderForm({ provider, onClose, onChanged }: { readonly provider?: SignInProvider; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = useMachineWords()
  const { api } = useAdmin()
  const [fault, setFault] = useState<string>()
  const submit = async ({ clientSecret, dropsSecret = false, domains, claimName, claimValue, ...values }: ProviderValues) => {
    setFault(undefined)
    const request: SignInProviderRequest = {
      ...values, name: values.name.trim(), issuer: values.issuer.trim(), clientId: values.clientId.trim(), emailDomains: linesOf(domains),
      ...(dropsSecret ? { clientSecret: '' } : clientSecret !== '' && { clientSecret }), ...(claimName.trim() !== '' && { requiredClaim: { name: claimName.trim(), value: claimValue.trim() } }),
    }
    try {
      await changing(() => oidc(api).setProvider(request, provider?.version), onChanged)
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'sign-in-provider-unusable') {
        const reason = signInProviderFaults.find((one) => one === error.members['reason'])
        setFault(reason === undefined ? error.detail : words.faults[reason])
      }
      throw error
    }
    onChanged()
  }
  const hasSecret = provider?.hasClientSecret === true
  return (
    <FormDrawer<ProviderValues>
      title={words.provider} width={560} onClose={onClose} onSubmit={submit} problemFields={{ 'invalid-sign-in-provider': 'issuer' }}
      initialValues={{
        name: provider?.name ?? '',
        issuer: provider?.issuer ?? '',
        clientId: provider?.clientId ?? '',
        clientSecret: '',
        isOn: provider?.isOn ?? true,
        linksBy: provider?.linksBy ?? 'holder',
        domains: provider?.emailDomains.join('\n') ?? '',
        claimName: provider?.requiredClaim?.name ?? '',
        claimValue: provider?.requiredClaim?.value ?? '',
      }}
    >
      {(form: FormInstance<ProviderValues>) => (
        <>
          <Form.Item required name="isOn" label={words.isOn} valuePropName="checked" extra={words.isOnHint}><Switch /></Form.Item>
          <Form.Item name="name" label={words.providerName} extra={words.providerNameHint} rules={[{ required: true, whitespace: true, message: words.missing }]}><Input maxLength={100} /></Form.Item>
          <Form.Item
            name="issuer"
            label={words.issuer}
            extra={words.issuerHint}
            rules={[{ required: true, whitespace: true, min: 8, message: words.missing }]}
            {...(fault !== undefined && { validateStatus: 'error' as const, help: fault })}
          >
            <Input type="url" inputMode="url" maxLength={300} onChange={() => { setFault(undefined) }} />
          </Form.Item>
          <Form.Item name="clientId" label={words.clientId} rules={[{ required: true, whitespace: true, message: words.missing }]}><Input maxLength={200} autoComplete="off" /></Form.Item>
          <Form.Item name="clientSecret" label={words.clientSecret} extra={hasSecret ? words.secretKept : words.secretNone}><Input.Password maxLength={500} autoComplete="new-password" /></Form.Item>
          {hasSecret && <Form.Item name="dropsSecret" valuePropName="checked"><Checkbox>{words.dropSecret}</Checkbox></Form.Item>}
          <Form.Item required name="linksBy" label={words.linksBy} extra={words.linksHint}>
            <Radio.Group className="checks" options={signInProviderLinks.map((value) => ({ value, label: words.links[value] }))} />
          </Form.Item>
          <Form.Item
            name="domains"
            label={words.domains}
            extra={words.domainsHint}
            rules={[{
              validator: (_rule, value: string) => (
                linesOf(value).every((one) => domain.test(one)) ? Promise.resolve() : Promise.reject(new Error(words.wrongDomain))
              ),
            }]}
          >
            <Input.TextArea rows={2} />
          </Form.Item>
          <fieldset className="plain-fieldset">
            <legend>{words.claim}</legend>
            <p className="hint small">{words.claimHint}</p>
            <div className="form-grid">
              <Form.Item name="claimName" label={words.claimName}><Input maxLength={200} /></Form.Item>
              <Form.Item
                name="claimValue"
                label={words.claimValue}
                dependencies={['claimName']}
                rules={[{
                  validator: (_rule, value: string) => (
                    (value.trim() === '') === ((form.getFieldValue('claimName') as string).trim() === '')
                      ? Promise.resolve()
                      : Promise.reject(new Error(words.claimBoth))
                  ),
                }]}
              >
                <Input maxLength={500} />
              </Form.Item>
            </div>
          </fieldset>
        </>
      )}
    </FormDrawer>
  )
}
