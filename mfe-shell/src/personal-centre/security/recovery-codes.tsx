import { Alert, Button, Modal, Typography } from 'antd'
import { useShellWords } from '../../words/index.ts'

/** The recovery codes, shown this one time. */
export function RecoveryCodes({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) {
  const { security: words } = useShellWords()
  return (
    <Modal open title={words.recoveryCodes} closable={false} mask={{ closable: false }} footer={<Button type="primary" onClick={onClose}>{words.recoveryKept}</Button>}>
      <Alert type="warning" showIcon title={words.recoveryHint} className="entrance-problem" />
      <Typography.Paragraph copyable={{ text: codes.join('\n') }}>{words.recoveryCopy}</Typography.Paragraph>
      <ul className="recovery-codes">{codes.map((code) => <li key={code}><code className="mono">{code}</code></li>)}</ul>
    </Modal>
  )
}
