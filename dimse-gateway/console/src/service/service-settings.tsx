import { FormDrawer, useConfirm } from '@isocenter/design-system'
import { Form, Input, InputNumber } from 'antd'
import type { Service } from '../../../src/configuration/schema.ts'
import { editConfiguration } from '../api/edit-configuration.ts'
import { aeTitlePattern } from '../parts/ae-title.ts'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

type Values = Pick<Service, 'aeTitle' | 'port' | 'acceptAnyCalledAETitle' | 'maxAssociations'>

/** What modalities must know of the service, and how many may talk to it. */
export function ServiceSettings({ service, onClose }: { readonly service: Service; readonly onClose: () => void }) {
  const { service: words, overview, actions } = useConsoleWords()
  const confirm = useConfirm()
  const { aeTitle, port, acceptAnyCalledAETitle, maxAssociations } = service
  const save = async (values: Values) => {
    // Every modality must follow a changed port, which is worth a question.
    if (values.port !== port && !await confirm({ title: words.confirmPort, hint: words.confirmPortHint, action: actions.save, isDangerous: false })) return false
    await editConfiguration((configuration) => ({ service: { ...configuration.service, ...values } }))
    return true
  }
  return (
    <FormDrawer<Values>
      title={words.settings}
      initialValues={{ aeTitle, port, acceptAnyCalledAETitle, maxAssociations }}
      onClose={onClose}
      onSubmit={save}
    >
      <Form.Item name="aeTitle" label={overview.aeTitle} extra={words.aeTitleHint} rules={[{ required: true, pattern: aeTitlePattern, message: words.aeTitleInvalid }]}>
        <Input maxLength={16} showCount spellCheck={false} className="mono" />
      </Form.Item>
      <Form.Item name="port" label={overview.port} extra={`${words.portHint} ${words.restartHint}`} rules={[{ required: true, type: 'integer', min: 1, max: 65_535, message: words.portInvalid }]}>
        <InputNumber precision={0} style={{ width: 160 }} />
      </Form.Item>
      <SwitchField name="acceptAnyCalledAETitle" label={words.anyCalled} hint={words.anyCalledHint} />
      <Form.Item name="maxAssociations" label={words.maxAssociations} extra={words.maxAssociationsHint} rules={[{ required: true, type: 'integer', min: 1, max: 10_000, message: '1–10000' }]}>
        <InputNumber precision={0} style={{ width: 160 }} />
      </Form.Item>
    </FormDrawer>
  )
}
