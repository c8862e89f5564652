import { FilePdfOutlined, PaperClipOutlined } from '@ant-design/icons'
import { ownCredentials, session } from '@isocenter/api-client'
import { credentialFileTypes, maxCredentialFiles, type Credential, type CredentialState } from '@isocenter/contracts'
import { useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Alert, Button, Card, Tag, Upload } from 'antd'
import { useShellWords } from '../../words/index.ts'

const api = ownCredentials(session.api)
const colours: Readonly<Record<CredentialState, string>> = { none: 'default', submitted: 'processing', verified: 'success', rejected: 'error', expired: 'warning' }

export function CredentialCard({ credential, onEdit, onChanged }: { readonly credential: Credential; readonly onEdit: () => void; readonly onChanged: () => void }) {
  const { credentials: words } = useShellWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const { credentialId, kind, title, state, number, validUntil, files, decisions, actions } = credential
  const act = async (action: () => Promise<unknown>, done?: string) => {
    await run(action, done === undefined ? {} : { done })
    onChanged()
  }
  const discard = async () => {
    if (await confirm({ title: words.discardTitle, hint: words.discardHint, action: words.discard })) await act(() => api.discard(credentialId), words.discarded)
  }
  const open = (fileId: string) => run(async () => {
    const address = URL.createObjectURL(await api.file(credentialId, fileId))
    window.open(address, '_blank', 'noopener')
    setTimeout(() => { URL.revokeObjectURL(address) }, 60_000)
  })
  return (
    <Card title={<h2 className="card-title">{title ?? words.kinds[kind]}<Tag color={colours[state]}>{words.states[state]}</Tag></h2>}>
      {decisions.map(({ organisation, reason }) => reason !== undefined && <Alert key={organisation} type={state === 'rejected' ? 'error' : 'warning'} showIcon title={`${organisation}: ${reason}`} className="entrance-problem" />)}
      <dl className="facts">
        {number !== undefined && <><dt>{words.number}</dt><dd>{number}</dd></>}
        {validUntil !== undefined && <><dt>{words.validUntil}</dt><dd>{validUntil}</dd></>}
        {decisions.length > 0 && <><dt>{words.decided}</dt><dd><ul className="quiet-list">{decisions.map((decision) => <li key={decision.organisation}>{decision.organisation} · {words.states[decision.state]} · {formats.moment(decision.decidedAt)}</li>)}</ul></dd></>}
        <dt>{words.files}</dt>
        <dd>
          {files.length === 0 ? words.noFiles : (
            <ul className="quiet-list">{files.map(({ fileId, contentType, byteLength }, index) => (
              <li key={fileId} className="file-row">
                <Button type="link" icon={contentType === 'application/pdf' ? <FilePdfOutlined aria-hidden /> : <PaperClipOutlined aria-hidden />} onClick={() => void open(fileId)}>{words.file(index + 1)} ({formats.bytes(byteLength)})</Button>
                {actions.includes('edit') && <Button type="text" size="small" danger onClick={() => void act(() => api.removeFile(credentialId, fileId))} aria-label={`${words.removeFile}: ${words.file(index + 1)}`}>{words.removeFile}</Button>}
              </li>
            ))}</ul>
          )}
        </dd>
      </dl>
      <div className="card-actions">
        {actions.includes('edit') && files.length < maxCredentialFiles && (
          <Upload accept={credentialFileTypes.join()} showUploadList={false} beforeUpload={(file) => { void act(() => api.addFile(credentialId, file)); return false }}><Button disabled={isBusy}>{words.addFile}</Button></Upload>
        )}
        {actions.includes('edit') && <Button disabled={isBusy} onClick={onEdit}>{words.edit}</Button>}
        {actions.includes('submit') && <Button type="primary" disabled={isBusy || files.length === 0} onClick={() => void act(() => api.submit(credentialId), words.submitted)}>{words.submit}</Button>}
        {actions.includes('recall') && <Button disabled={isBusy} onClick={() => void act(() => api.recall(credentialId))}>{words.recall}</Button>}
        {actions.includes('discard') && <Button danger disabled={isBusy} onClick={() => void discard()}>{words.discard}</Button>}
      </div>
    </Card>
  )
}
