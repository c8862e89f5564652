import { Loaded, Page, useAction, useConfirm, useLanguage, useNow, withoutEmpty } from '@isocenter/design-system'
import { Alert, Button, Card, Collapse, Form, Input } from 'antd'
import type { CloudState, GatewayState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from '../words/index.ts'

/** Which organisation's cloud this gateway belongs to. */
export function Cloud() {
  const { places } = useConsoleWords()
  const state = useResource<GatewayState>('/state', ['state'])
  return <Page title={places.cloud}><Loaded resource={state}>{({ cloud }) => (cloud ? <Enrolled cloud={cloud} /> : <Enrolment />)}</Loaded></Page>
}

function Enrolled({ cloud }: { readonly cloud: CloudState }) {
  const { cloud: words } = useConsoleWords()
  const { formats } = useLanguage()
  const failureText = useFailureText()
  const now = useNow()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const leave = async () => {
    if (await confirm({ title: words.confirmLeave, hint: words.confirmLeaveHint, action: words.leave })) await run(() => request('DELETE', '/cloud/enrolment'))
  }
  return (
    <Card title={<h2 className="card-title">{words.connected}</h2>} extra={<Button danger loading={isBusy} onClick={() => void leave()}>{words.leave}</Button>}>
      {cloud.lastFailure && <Alert type="warning" showIcon style={{ marginBottom: 16 }} title={words.trouble} description={failureText(cloud.lastFailure)} />}
      <dl className="facts">
        <dt>{words.organisation}</dt><dd>{cloud.organisation.name}</dd>
        <dt>{words.address}</dt><dd className="mono">{cloud.url}</dd>
        <dt>{words.lastContact}</dt><dd>{cloud.lastContactAt === undefined ? words.never : `${formats.fromNow(cloud.lastContactAt, now)} (${formats.moment(cloud.lastContactAt)})`}</dd>
        <dt>{words.gatewayId}</dt><dd className="mono">{cloud.gatewayId}</dd>
      </dl>
    </Card>
  )
}

interface Values { readonly url: string; readonly uploadCode: string; readonly name: string; readonly proxy?: string; readonly certificateAuthority?: string }

function Enrolment() {
  const { cloud: words, nodes } = useConsoleWords()
  const { run, isBusy } = useAction()
  return (
    <Card style={{ maxWidth: 640 }}>
      <p>{words.intro}</p>
      <Form<Values> layout="vertical" requiredMark={false} onFinish={(values) => void run(() => request('POST', '/cloud/enrolment', { body: withoutEmpty(values) }), { done: words.enrolled })}>
        <Form.Item name="url" label={words.url} rules={[{ required: true, pattern: /^https?:\/\/[^/?#\s]+\/?$/, message: words.urlInvalid }]}><Input inputMode="url" placeholder="https://" maxLength={2048} spellCheck={false} className="mono" /></Form.Item>
        <Form.Item name="uploadCode" label={words.uploadCode} extra={words.uploadCodeHint} rules={[{ required: true, whitespace: true, message: nodes.required }]}><Input autoComplete="off" maxLength={100} spellCheck={false} className="mono" /></Form.Item>
        <Form.Item name="name" label={words.name} extra={words.nameHint} rules={[{ required: true, whitespace: true, message: nodes.required }]}><Input maxLength={100} /></Form.Item>
        <Collapse ghost style={{ marginBottom: 16 }} items={[{ key: 'line', label: words.line, forceRender: true, children: (
          <>
            <Form.Item name="proxy" label={nodes.proxy} extra={nodes.proxyHint} rules={[{ pattern: /^https?:\/\/[^\s?#]+$/, message: nodes.urlInvalid }]}><Input inputMode="url" maxLength={2048} spellCheck={false} className="mono" /></Form.Item>
            <Form.Item name="certificateAuthority" label={nodes.authority} extra={nodes.authorityHint}><Input.TextArea rows={4} spellCheck={false} className="mono" /></Form.Item>
          </>
        ) }]} />
        <Button type="primary" htmlType="submit" loading={isBusy}>{words.enrol}</Button>
      </Form>
    </Card>
  )
}
