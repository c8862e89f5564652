import { Alert, Button, Modal, Typography } from 'antd'
import type { ReactNode } from 'react'
import { useCommonWords } from '../words/common.ts'

export interface Secret { readonly label: string; readonly value: string }

/** Shows what the server tells this once: it is closed by saying so, not by a click beside it. */
export function ShownOnce({ title, hint, secrets, onClose, children }: {
  readonly title: string
  readonly hint: ReactNode
  readonly secrets: readonly Secret[]
  readonly onClose: () => void
  readonly children?: ReactNode
}) {
  const words = useCommonWords()
  return (
    <Modal open title={title} closable={false} keyboard={false} mask={{ closable: false }} footer={<Button type="primary" onClick={onClose}>{words.haveNoted}</Button>}>
      <Alert type="warning" showIcon title={words.shownOnce} className="modal-alert" />
      <p>{hint}</p>
      <dl className="facts secrets">
        {secrets.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd><Typography.Text code copyable={{ tooltips: [words.copy, words.copied] }} className="secret">{value}</Typography.Text></dd>
          </div>
        ))}
      </dl>
      {children}
    </Modal>
  )
}
