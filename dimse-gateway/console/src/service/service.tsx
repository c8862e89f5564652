import { LockOutlined, PlayCircleOutlined, PoweroffOutlined, SettingOutlined } from '@ant-design/icons'
import { Loaded, Page, useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Alert, Button, Card, Flex, Tag } from 'antd'
import { useState } from 'react'
import type { Configuration } from '../../../src/configuration/schema.ts'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { ServiceSettings } from './service-settings.tsx'
import { TlsSettings } from './tls-settings.tsx'

const colours = { running: 'success', stopped: 'warning', failed: 'error' } as const

/** The DICOM service: whether it listens, where, and under which name. */
export function Service() {
  const words = useConsoleWords()
  const state = useResource<GatewayState>('/state', ['state'])
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const [edited, setEdited] = useState<'settings' | 'tls'>()
  const close = () => { setEdited(undefined) }
  const { run } = useAction()
  const confirm = useConfirm()
  const turnTlsOff = async () => {
    if (await confirm({ title: words.service.confirmTlsOff, hint: words.service.confirmTlsOffHint, action: words.service.tlsTurnOff })) await run(() => request('DELETE', '/service/tls'), { done: words.saved })
  }
  return (
    <Page
      title={words.places.service}
      actions={configuration.value && (
        <Flex gap="small" wrap>
          {configuration.value.service.tls && <Button danger onClick={() => void turnTlsOff()}>{words.service.tlsTurnOff}</Button>}
          <Button icon={<LockOutlined aria-hidden />} onClick={() => { setEdited('tls') }}>{configuration.value.service.tls ? words.service.tlsSettings : words.service.tlsTurnOn}</Button>
          <Button icon={<SettingOutlined aria-hidden />} onClick={() => { setEdited('settings') }}>{words.service.settings}</Button>
        </Flex>
      )}
    >
      <Loaded resource={state}>{(value) => <ServiceCard state={value} />}</Loaded>
      {edited === 'settings' && configuration.value && <ServiceSettings service={configuration.value.service} onClose={close} />}
      {edited === 'tls' && configuration.value && <TlsSettings tls={configuration.value.service.tls} onClose={close} />}
    </Page>
  )
}

function ServiceCard({ state: { service } }: { readonly state: GatewayState }) {
  const words = useConsoleWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const isRunning = service.status === 'running'
  const stop = async () => {
    const isWanted = await confirm({ title: words.service.confirmStop, hint: words.service.confirmStopHint, action: words.actions.stop })
    if (isWanted) await run(() => request('POST', '/service/stop'), { done: words.service.stopped })
  }
  return (
    <Card>
      <Flex justify="space-between" align="center" wrap gap="middle" style={{ marginBottom: 16 }}>
        <Tag color={colours[service.status]} style={{ fontSize: 16, padding: '6px 14px' }}>{words.service.statuses[service.status]}</Tag>
        {isRunning
          ? <Button danger icon={<PoweroffOutlined aria-hidden />} loading={isBusy} onClick={() => void stop()}>{words.actions.stop}</Button>
          : <Button type="primary" icon={<PlayCircleOutlined aria-hidden />} loading={isBusy} onClick={() => void run(() => request('POST', '/service/start'), { done: words.service.started })}>{words.actions.start}</Button>}
      </Flex>
      {service.reason !== undefined && <Alert type="error" showIcon title={service.reason} style={{ marginBottom: 16 }} />}
      <dl className="facts">
        <dt>{words.overview.aeTitle}</dt><dd className="mono">{service.aeTitle}</dd>
        <dt>{words.overview.port}</dt><dd className="mono">{service.port}</dd>
        <dt>{words.service.addresses}</dt>
        <dd>{service.addresses.map((address) => <div key={address} className="mono">{address}</div>)}<div className="hint">{words.service.addressHint}</div></dd>
        <dt>{words.service.associations}</dt><dd>{words.service.associationsOf(formats.number(service.associations), formats.number(service.maxAssociations))}</dd>
        <dt>{words.service.tls}</dt><dd>{service.tls ? words.service.tlsOn : words.service.tlsOff}</dd>
      </dl>
    </Card>
  )
}
