import { BankOutlined, KeyOutlined, QrcodeOutlined } from '@ant-design/icons'
import { oidc, passkeys, session } from '@isocenter/api-client'
import type { PasskeySignIn } from '@isocenter/contracts'
import { navigate, useAction, useLocation, usePreference, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Divider, Form, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { nextPlace } from '../next-place.ts'
import { hasPasskeys, PasskeyGivenUp, showPasskey } from '../session/web-authn.ts'
import { useShellWords } from '../words/index.ts'

const passkeysApi = passkeys(session.api)

/** Ways in without a password: a passkey, a phone that is signed in, the organisation's own accounts. */
export function OtherWays() {
  const { signIn: words } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const [isAskingOrganisation, setAskingOrganisation] = useState(false)
  const { search } = useLocation()
  const suffix = search.size > 0 ? `?${search.toString()}` : ''

  const byPasskey = () => run(async () => {
    const challenge = await passkeysApi.beginSignIn()
    try {
      const credential = await showPasskey<PasskeySignIn['credential']>(challenge)
      await session.begin(await passkeysApi.signIn({ ceremony: challenge.ceremony, credential }))
    } catch (error) {
      // Turning it down is an answer, not a failure.
      if (!(error instanceof PasskeyGivenUp)) throw error
    }
  }, { isQuiet: true })

  return (
    <>
      <Divider plain>{words.or}</Divider>
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <div className="entrance-ways">
        {hasPasskeys() && <Button icon={<KeyOutlined aria-hidden />} loading={isBusy} onClick={() => void byPasskey()}>{words.passkey}</Button>}
        <Button className="only-wide" icon={<QrcodeOutlined aria-hidden />} onClick={() => { navigate(`/sign-in/scan${suffix}`) }}>{words.scan}</Button>
        <Button icon={<BankOutlined aria-hidden />} onClick={() => { setAskingOrganisation(true) }}>{words.oidc.button}</Button>
      </div>
      {isAskingOrganisation && <OrganisationAccount onClose={() => { setAskingOrganisation(false) }} />}
    </>
  )
}

/** Which organisation's accounts: its number, kept in this browser for the next time. */
function OrganisationAccount({ onClose }: { readonly onClose: () => void }) {
  const { signIn: { oidc: words }, actions } = useShellWords()
  const id = useId()
  const [kept, keep] = usePreference('signInOrganisation')
  const submit = ({ number }: { readonly number: string }) => {
    keep(number.trim())
    location.assign(oidc(session.api).launchUrl(number.trim(), { returnTo: nextPlace(location.search) }))
  }
  return (
    <Modal open title={words.title} onCancel={onClose} cancelText={actions.cancel} okText={words.submit} okButtonProps={{ htmlType: 'submit', form: id }}>
      <p className="hint">{words.hint}</p>
      <Form id={id} layout="vertical" requiredMark={false} initialValues={{ number: kept ?? '' }} onFinish={submit}>
        <Form.Item name="number" label={words.number} rules={[{ required: true, pattern: /^\s*[A-Za-z0-9-]{1,40}\s*$/, message: words.missing }]}>
          <Input autoFocus autoComplete="organization" maxLength={42} spellCheck={false} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
