import { memberCredentials } from '@isocenter/api-client'
import type { MemberCredential } from '@isocenter/contracts'
import { Loaded, useAction, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { AskReason } from '../parts/ask-reason.tsx'
import { Facts } from '../parts/facts.tsx'
import { changing } from '../parts/use-change.ts'
import { credentialColours } from './credential-colours.ts'
import { usePeopleWords } from './words.ts'

/** How long a file that was opened stays in memory: the new tab has read it by then. */
const openedFileMs = 60_000

/** The documents of a member, and their verification (D-86). */
export function MemberDocuments({ membershipId, onChanged }: { readonly membershipId: string; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const { api } = useAdmin()
  const list = useResource(`documents ${membershipId}`, (signal) => memberCredentials(api).of(membershipId, signal))
  return (
    <section className="drawer-section">
      <h3>{words.documents}</h3>
      <Loaded resource={list} rows={2}>{({ items }) => items.length === 0
        ? <p className="hint">{words.noDocuments}</p>
        : <div className="checks">{items.map((one) => <Document key={one.credentialId} document={one} onChanged={() => { list.reload(); onChanged() }} />)}</div>}</Loaded>
    </section>
  )
}

function Document({ document, onChanged }: { readonly document: MemberCredential; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const [isRejecting, setRejecting] = useState(false)
  const { credentialId, kind, title, state, number, validUntil, files, submittedAt, decision, version, actions, holder: { membershipId } } = document
  const act = memberCredentials(api)
  const show = (fileId: string) => run(async () => {
    const url = URL.createObjectURL(await act.file(membershipId, credentialId, fileId))
    window.open(url, '_blank', 'noopener')
    setTimeout(() => { URL.revokeObjectURL(url) }, openedFileMs)
  })
  return (
    <Card size="small" title={<span className="state-line">{title ?? words.credentialKinds[kind]}<Tag color={credentialColours[state]}>{words.credentialStates[state]}</Tag></span>}>
      <Facts of={[
        [words.documentNumber, number], [words.validUntil, validUntil], [words.submittedAt, submittedAt && formats.moment(submittedAt)],
        [words.decidedAt, decision && `${formats.moment(decision.decidedAt)}${decision.decidedBy === undefined ? '' : ` · ${decision.decidedBy}`}`], [words.rejectedFor, decision?.reason],
      ]} />
      <div className="card-actions">
        {files.map(({ fileId }, index) => <Button key={fileId} size="small" onClick={() => void show(fileId)}>{words.file(index + 1)}</Button>)}
        {actions.includes('verify') && (
          <Button
            size="small"
            type="primary"
            loading={isBusy}
            onClick={() =>
              void run(() => changing(() => act.verify(membershipId, credentialId, version), onChanged), { done: words.verified }).then(onChanged)}
          >
            {words.verify}
          </Button>
        )}
        {actions.includes('reject') && <Button size="small" danger onClick={() => { setRejecting(true) }}>{words.reject}</Button>}
      </div>
      {isRejecting && (
        <AskReason
          title={words.rejectTitle} hint={words.rejectHint} isDangerous action={words.reject} done={words.rejected} onClose={() => { setRejecting(false) }}
          onSubmit={(reason) => changing(() => act.reject(membershipId, credentialId, version, reason), onChanged).then(onChanged)}
        />
      )}
    </Card>
  )
}
