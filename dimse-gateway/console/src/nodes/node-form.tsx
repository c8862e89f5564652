import { FormDrawer, withoutEmpty } from '@isocenter/design-system'
import { Collapse, Form, Input, InputNumber, Select } from 'antd'
import type { DicomNode, DicomwebNode, Node } from '../../../src/configuration/nodes.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import { request } from '../api/client.ts'
import { aeTitlePattern } from '../parts/ae-title.ts'
import { HoursFields, hoursOf, shownHours } from '../parts/hours-fields.tsx'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'
import { CredentialFields, NodeTlsFields } from './access-fields.tsx'

/** As they are entered: bandwidth in thousands of bytes a second, no authorisation as a choice of its own, secrets beside. */
type Values = Partial<Omit<DicomNode, 'kind'> & Omit<DicomwebNode, 'kind' | 'authorization'>> & {
  readonly kind: Node['kind']
  readonly bandwidthKilobytes?: number | null
  readonly hasTls?: boolean
  readonly authorization?: { readonly scheme: 'none' | 'basic' | 'bearer'; readonly userName?: string }
  readonly credential?: string
  readonly key?: string
}

const bytesPerKilobyte = 1000

/** Adds a node, or changes one. The kind of one that is there stays: another kind is another node. */
export function NodeForm({ node, hasCloud, onClose }: { readonly node: Node | undefined; readonly hasCloud: boolean; readonly onClose: () => void }) {
  const { nodes: words } = useConsoleWords()
  const kinds = (['dicom', 'dicomweb', 'cloud'] as const).filter((kind) => kind !== 'cloud' || hasCloud || node?.kind === 'cloud')

  const save = async (values: Values) => {
    if (!node) return request('POST', '/nodes', { body: bodyOf(values, undefined) })
    // What the form does not show stays as it is by now, such as a pause that began while the form was open.
    const { nodes } = await request<Configuration>('GET', '/configuration')
    return request('PUT', `/nodes/${node.id}`, { body: bodyOf(values, nodes.find(({ id }) => id === node.id) ?? node) })
  }

  return (
    <FormDrawer<Values>
      title={node ? words.editTitle : words.add}
      initialValues={valuesOf(node)}
      onClose={onClose}
      onSubmit={(values) => save(values)}
    >
      {(form) => (
        <>
          <Form.Item name="kind" label={words.kind} rules={[{ required: true }]}>
            <Select disabled={node !== undefined} options={kinds.map((value) => ({ value, label: words.kinds[value] }))} />
          </Form.Item>
          <Form.Item name="name" label={words.name} rules={[{ required: true, whitespace: true, message: words.required }]}><Input maxLength={100} /></Form.Item>
          <Form.Item noStyle dependencies={['kind']}>
            {() => {
              const kind = form.getFieldValue('kind') as Node['kind']
              if (kind === 'dicom') return <DicomFields />
              return <><HttpFields kind={kind} />{kind === 'dicomweb' && <CredentialFields keptScheme={node?.kind === 'dicomweb' ? node.authorization?.scheme : undefined} />}</>
            }}
          </Form.Item>
          <SwitchField name="default" label={words.isDefault} />
          <Collapse ghost items={[{ key: 'advanced', label: words.advanced, forceRender: true, children: (
            <>
              <Form.Item name="concurrency" label={words.concurrency} rules={[{ required: true, type: 'integer', min: 1, max: 32, message: '1–32' }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
              <Form.Item name="bandwidthKilobytes" label={words.bandwidth} extra={words.bandwidthHint} rules={[{ type: 'number', min: 2, message: '≥ 2' }]}><InputNumber style={{ width: 160 }} /></Form.Item>
              <HoursFields name="hours" label={words.hours} hint={words.hoursHint} />
              <Form.Item noStyle dependencies={['kind']}>
                {() => form.getFieldValue('kind') !== 'dicom' && (
                  <Form.Item name="proxy" label={words.proxy} extra={words.proxyHint} rules={[{ pattern: /^https?:\/\/[^\s?#]+$/, message: words.urlInvalid }]}><Input inputMode="url" maxLength={2048} spellCheck={false} className="mono" /></Form.Item>
                )}
              </Form.Item>
            </>
          ) }, { key: 'tls', label: words.tls, forceRender: true, children: (
            <>
              {/* A DICOM node is spoken to over TLS only where that is wanted; an https address is always. */}
              <Form.Item noStyle dependencies={['kind']}>{() => form.getFieldValue('kind') === 'dicom' && <SwitchField name="hasTls" label={words.hasTls} hint={words.hasTlsHint} />}</Form.Item>
              <NodeTlsFields tls={node?.tls} />
            </>
          ) }]} />
        </>
      )}
    </FormDrawer>
  )
}

function valuesOf(node: Node | undefined): Values {
  const { bandwidthBytesPerSecond: limit, ...shown } = node ?? {}
  return {
    kind: 'dicom', default: true, concurrency: 2, port: 104, accelerated: false, recompress: 'none', ...shown,
    ...(limit !== undefined && { bandwidthKilobytes: limit / bytesPerKilobyte }),
    hours: shownHours(node?.hours), hasTls: node?.tls !== undefined,
    authorization: node?.kind === 'dicomweb' && node.authorization ? node.authorization : { scheme: 'none' },
  }
}

/** The node as it is sent: what the form shows and was emptied goes, what it does not show stays as `node` has it. */
function bodyOf({ bandwidthKilobytes, hasTls, authorization, credential, key, tls, hours, ...values }: Values, node: Node | undefined): object {
  const shownTls = withoutEmpty({ certificateAuthority: tls?.certificateAuthority, certificate: tls?.certificate, serverName: tls?.serverName })
  const isSecure = values.kind === 'dicom' ? hasTls === true : Object.keys(shownTls).length > 0
  const secrets = withoutEmpty({ credential: authorization?.scheme === 'none' ? undefined : credential, key: shownTls.certificate === undefined ? undefined : key })
  return withoutEmpty({
    ...node, ...values, hours: hoursOf(hours),
    bandwidthBytesPerSecond: bandwidthKilobytes ? Math.round(bandwidthKilobytes * bytesPerKilobyte) : undefined,
    tls: isSecure ? shownTls : undefined,
    commitment: values.commitment === true ? true : undefined,
    authorization: values.kind === 'dicomweb' && authorization && authorization.scheme !== 'none' ? authorization : undefined,
    secrets: Object.keys(secrets).length > 0 ? secrets : undefined,
  })
}

function DicomFields() {
  const { nodes: words, service } = useConsoleWords()
  return (
    <>
      <Form.Item name="host" label={words.host} rules={[{ required: true, whitespace: true, message: words.required }]}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="port" label={words.port} rules={[{ required: true, type: 'integer', min: 1, max: 65_535, message: service.portInvalid }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
      <Form.Item name="calledAETitle" label={words.calledAETitle} rules={[{ required: true, pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
      <SwitchField name="commitment" label={words.commitment} hint={words.commitmentHint} />
      <Form.Item name="callingAETitle" label={words.callingAETitle} extra={words.callingHint} rules={[{ pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
    </>
  )
}

function HttpFields({ kind }: { readonly kind: 'cloud' | 'dicomweb' }) {
  const { nodes: words } = useConsoleWords()
  return (
    <>
      <Form.Item name="url" label={words.url} extra={words.urlHint[kind]} rules={[{ required: true, pattern: /^https?:\/\/[^\s?#]+$/, message: words.urlInvalid }]}><Input inputMode="url" maxLength={2048} spellCheck={false} className="mono" /></Form.Item>
      <SwitchField name="accelerated" label={words.accelerated} hint={words.acceleratedHint} />
      <Form.Item name="recompress" label={words.recompress} extra={words.recompressHint}>
        <Select options={(['none', 'htj2k', 'jpegLs'] as const).map((value) => ({ value, label: words.recompressions[value] }))} />
      </Form.Item>
    </>
  )
}
