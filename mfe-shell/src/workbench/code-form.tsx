import { session, workbench } from '@isocenter/api-client'
import type { OwnInvitation } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Form, Input } from 'antd'
import { useShellWords } from '../words/index.ts'

/** Accepts an invitation with its code, where who is signed in has not proven the phone it went to. */
export function CodeForm({ invitation: { invitationId, organisation: { name } }, onClose, onJoined }: { readonly invitation: OwnInvitation; readonly onClose: () => void; readonly onJoined: () => Promise<void> }) {
  const { workbench: words } = useShellWords()
  return (
    <FormDrawer<{ readonly code: string }>
      title={words.codeTitle(name)} initialValues={{ code: '' }} submitText={words.accept} doneText={words.joined(name)} onClose={onClose} problemFields={{ 'invitation-code-refused': 'code', 'invitation-code-needed': 'code' }}
      onSubmit={async ({ code }) => {
        await workbench(session.api).accept(invitationId, code.trim())
        await onJoined()
      }}
    >
      <p className="hint">{words.codeHint(name)}</p>
      <Form.Item name="code" label={words.code} rules={[{ required: true, whitespace: true, message: words.missingCode }]}><Input autoFocus className="code-input" maxLength={40} autoComplete="one-time-code" autoCapitalize="characters" spellCheck={false} /></Form.Item>
    </FormDrawer>
  )
}
