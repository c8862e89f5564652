import { Collapse, Form, Input, InputNumber, Select } from 'antd'
import type { DicomNode, HttpNode, Node } from '../../../src/configuration/nodes.ts'
import { request } from '../api/client.ts'
import { aeTitlePattern } from '../parts/ae-title.ts'
import { FormDrawer, withoutEmpty } from '../parts/form-drawer.tsx'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

/** Bandwidth is entered in thousands of bytes a second. */
type Values = Partial<Omit<DicomNode, 'kind'> & Omit<HttpNode, 'kind'>> & { readonly kind: Node['kind']; readonly bandwidthKilobytes?: number | null }

const bytesPerKilobyte = 1000

/** Adds a node, or changes one. The kind of one that is there stays: another kind is another node. */
export function NodeForm({ node, hasCloud, onClose }: { readonly node: Node | undefined; readonly hasCloud: boolean; readonly onClose: () => void }) {
  const { nodes: words } = useConsoleWords()
  const kinds = (['dicom', 'dicomweb', 'cloud'] as const).filter((kind) => kind !== 'cloud' || hasCloud || node?.kind === 'cloud')
  const limit = node?.bandwidthBytesPerSecond

  const save = ({ bandwidthKilobytes, ...values }: Values) => {
    const bandwidth = bandwidthKilobytes ? { bandwidthBytesPerSecond: Math.round(bandwidthKilobytes * bytesPerKilobyte) } : {}
    // What the form does not show (hours, certificates) stays as it is; what it shows and was emptied goes.
    const { bandwidthBytesPerSecond: _, ...rest } = node ?? {}
    const body = withoutEmpty({ ...rest, ...values, ...bandwidth })
    return node ? request('PUT', `/nodes/${node.id}`, { body }) : request('POST', '/nodes', { body })
  }

  return (
    <FormDrawer<Values>
      title={node ? words.editTitle : words.add}
      initialValues={{ kind: 'dicom', default: true, concurrency: 2, port: 104, accelerated: false, recompress: 'none', ...node, ...(limit !== undefined && { bandwidthKilobytes: limit / bytesPerKilobyte }) }}
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
              return kind === 'dicom' ? <DicomFields /> : <HttpFields kind={kind} />
            }}
          </Form.Item>
          <SwitchField name="default" label={words.isDefault} />
          <Collapse ghost items={[{ key: 'advanced', label: words.advanced, forceRender: true, children: (
            <>
              <Form.Item name="concurrency" label={words.concurrency} rules={[{ required: true, type: 'integer', min: 1, max: 32, message: '1–32' }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
              <Form.Item name="bandwidthKilobytes" label={words.bandwidth} extra={words.bandwidthHint} rules={[{ type: 'number', min: 2, message: '≥ 2' }]}><InputNumber style={{ width: 160 }} /></Form.Item>
            </>
          ) }]} />
        </>
      )}
    </FormDrawer>
  )
}

function DicomFields() {
  const { nodes: words, service } = useConsoleWords()
  return (
    <>
      <Form.Item name="host" label={words.host} rules={[{ required: true, whitespace: true, message: words.required }]}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
      <Form.Item name="port" label={words.port} rules={[{ required: true, type: 'integer', min: 1, max: 65_535, message: service.portInvalid }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
      <Form.Item name="calledAETitle" label={words.calledAETitle} rules={[{ required: true, pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
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
