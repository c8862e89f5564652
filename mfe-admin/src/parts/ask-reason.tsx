import { FormDrawer } from '@isocenter/design-system'
import { Form, Input } from 'antd'
import type { ReactNode } from 'react'
import { useCommonWords } from '../words/common.ts'

/** Asks why, before something that is written into the record with its reason. */
export function AskReason({ title, about, hint, action, done, isOptional = false, isDangerous = false, onClose, onSubmit }: {
  readonly title: string
  /** What it is done to, where the title does not name it. */
  readonly about?: ReactNode
  readonly hint?: ReactNode
  readonly action: string
  readonly done: string
  readonly isOptional?: boolean
  readonly isDangerous?: boolean
  readonly onClose: () => void
  /** Does it; false: it was not done, or not to the end. */
  readonly onSubmit: (reason: string) => Promise<unknown>
}) {
  const words = useCommonWords()
  return (
    <FormDrawer<{ readonly reason: string }>
      title={title}
      initialValues={{ reason: '' }}
      submitText={action}
      isDangerous={isDangerous}
      doneText={done}
      onClose={onClose}
      onSubmit={async ({ reason }) => await onSubmit(reason.trim()) !== false}
    >
      {about}
      {hint !== undefined && <p className="hint">{hint}</p>}
      <Form.Item name="reason" label={words.reason} rules={isOptional ? [] : [{ required: true, whitespace: true, message: words.missingReason }]}>
        <Input.TextArea autoFocus rows={4} maxLength={500} showCount />
      </Form.Item>
    </FormDrawer>
  )
}
