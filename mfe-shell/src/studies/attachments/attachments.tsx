import { DeleteOutlined, DownloadOutlined, EyeInvisibleOutlined, EyeOutlined, FileAddOutlined, UndoOutlined } from '@ant-design/icons'
import { attachments, session } from '@isocenter/api-client'
import { attachmentPath, attachmentTypes, type Attachment, type AttachmentList, type Performer } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useConfirm, useLanguage, useProblemText, type Resource } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Progress, Switch } from 'antd'
import { useRef, useState, type DragEvent } from 'react'
import { AttachmentIcon } from '../../parts/attachment-file.tsx'
import { AttachmentView } from './attachment-view.tsx'
import { useAdding, type Sending } from './use-adding.ts'
import { useAttachmentWords } from './words.ts'

const endings = Object.values(attachmentTypes).flat().map((ending) => `.${ending}`).join(',')

interface AttachmentsProps {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly list: Resource<AttachmentList>
  /** Who may bring deleted ones back chooses to see them. */
  readonly withDeleted: boolean | undefined
  readonly onWithDeleted: (withDeleted: boolean) => void
}

/** Files that belong to a study (LIST-16). */
export function Attachments({ organisationId, StudyInstanceUID, list, withDeleted, onWithDeleted }: AttachmentsProps) {
  const words = useAttachmentWords()
  const [viewed, setViewed] = useState<Attachment>()
  const adding = useAdding(organisationId, StudyInstanceUID, list.reload)
  return (
    <>
      <Loaded resource={list}>{({ items, mayAdd, maxBytes }) => (
        <>
          {mayAdd && <DropField maxBytes={maxBytes} onAdd={adding.add} />}
          {adding.sending.length > 0 && <ul className="rows">{adding.sending.map((one) => <SendingRow key={one.id} one={one} onDrop={() => { adding.drop(one.id) }} onRetry={() => { adding.retry(one.id) }} />)}</ul>}
          {items.some(({ actions }) => actions.includes('show') || actions.includes('hide')) && <p className="hint">{words.outsideHint}</p>}
          {items.length === 0 ? <EmptyState title={words.none}>{words.noneHint}</EmptyState>
            : <ul className="rows attachments">{items.map((one) => <Row key={one.attachmentId} organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} attachment={one} onView={setViewed} onChanged={list.reload} />)}</ul>}
        </>
      )}</Loaded>
      {withDeleted !== undefined && <Checkbox checked={withDeleted} onChange={({ target }) => { onWithDeleted(target.checked) }}>{words.withDeleted}</Checkbox>}
      {viewed && <AttachmentView organisationId={organisationId} StudyInstanceUID={StudyInstanceUID} attachment={viewed} onClose={() => { setViewed(undefined) }} />}
    </>
  )
}

function DropField({ maxBytes, onAdd }: { readonly maxBytes: number; readonly onAdd: (files: readonly File[]) => void }) {
  const words = useAttachmentWords()
  const { formats } = useLanguage()
  const [isOver, setOver] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    onAdd([...event.dataTransfer.files])
  }
  return (
    <div className={`drop-field${isOver ? ' is-over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={() => { setOver(false) }} onDrop={drop}>
      <p>{words.drop}</p>
      <Button icon={<FileAddOutlined aria-hidden />} onClick={() => files.current?.click()}>{words.choose}</Button>
      <p className="hint">{words.limits(formats.bytes(maxBytes))}</p>
      <input ref={files} type="file" multiple hidden accept={endings} aria-label={words.choose} onChange={({ currentTarget }) => { onAdd([...currentTarget.files ?? []]); currentTarget.value = '' }} />
    </div>
  )
}

function SendingRow({ one: { file, sent, problem }, onDrop, onRetry }: { readonly one: Sending; readonly onDrop: () => void; readonly onRetry: () => void }) {
  const words = useAttachmentWords()
  const problemText = useProblemText()
  if (problem) return <li><Alert className="attachment-problem" type="error" showIcon title={`${file.name}: ${problemText(problem)}`} action={<span className="row-actions">{problem.status !== 422 && <Button size="small" onClick={onRetry}>{words.retry}</Button>}<Button size="small" onClick={onDrop}>{words.dismiss}</Button></span>} /></li>
  return (
    <li>
      <span className="attachment-sending" role="status">{words.sending(file.name)}<Progress size="small" percent={file.size === 0 ? 100 : Math.floor(100 * sent / file.size)} aria-label={file.name} /></span>
      <Button size="small" onClick={onDrop}>{words.stop}</Button>
    </li>
  )
}

interface RowProps {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly attachment: Attachment
  readonly onView: (attachment: Attachment) => void
  readonly onChanged: () => void
}

function Row({ organisationId, StudyInstanceUID, attachment, onView, onChanged }: RowProps) {
  const words = useAttachmentWords()
  const { formats } = useLanguage()
  const confirm = useConfirm()
  const { run, isBusy } = useAction()
  const { attachmentId, fileName, contentType, byteLength, isShown, isScanned, addedBy, addedAt, deleted, actions } = attachment
  const api = attachments(session.api.of(organisationId))
  const by = ({ name }: Performer) => name ?? words.somebody
  const act = async (action: () => Promise<unknown>, done: string) => { if (await run(action, { done })) onChanged() }
  const remove = async () => { if (await confirm({ ...words.confirm, title: words.confirm.title(fileName) })) await act(() => api.remove(StudyInstanceUID, attachmentId), words.removed) }
  const maySwitch = actions.includes('show') || actions.includes('hide')
  return (
    <li>
      <span className="attachment-file">
        <AttachmentIcon contentType={contentType} />
        <span>
          {actions.includes('view') ? <button type="button" className="study-name" aria-label={words.viewOf(fileName)} onClick={() => { onView(attachment) }}>{fileName}</button> : <span className={deleted && 'attachment-gone'}>{fileName}</span>}<br />
          <span className="hint">{[formats.bytes(byteLength), words.added(by(addedBy), formats.moment(addedAt)), ...(isScanned ? [words.scanned] : []), ...(deleted ? [words.deletedBy(by(deleted.deletedBy), formats.moment(deleted.deletedAt))] : [])].join(' · ')}</span>
          {maySwitch && <><br /><span className="attachment-switch">{words.shownToOutside} <Switch size="small" aria-label={words.show(fileName)} checked={isShown} loading={isBusy} onChange={(isOn) => void act(() => api.show(StudyInstanceUID, attachmentId, isOn), isOn ? words.shown : words.hidden)} /></span></>}
          {!maySwitch && !isShown && !deleted && <EyeInvisibleOutlined role="img" aria-label={words.isHidden} title={words.isHidden} />}
        </span>
      </span>
      <span className="row-actions">
        {actions.includes('view') && <Button size="small" icon={<EyeOutlined aria-hidden />} aria-label={words.viewOf(fileName)} title={words.view} onClick={() => { onView(attachment) }} />}
        {actions.includes('download') && <Button size="small" icon={<DownloadOutlined aria-hidden />} aria-label={words.downloadOf(fileName)} title={words.download} href={attachmentPath(organisationId, StudyInstanceUID, attachmentId, 'download')} download={fileName} />}
        {actions.includes('delete') && <Button size="small" danger icon={<DeleteOutlined aria-hidden />} aria-label={words.removeOf(fileName)} title={words.remove} loading={isBusy} onClick={() => void remove()} />}
        {actions.includes('restore') && <Button size="small" icon={<UndoOutlined aria-hidden />} aria-label={words.restoreOf(fileName)} title={words.restore} loading={isBusy} onClick={() => void act(() => api.restore(StudyInstanceUID, attachmentId), words.restored)} />}
      </span>
    </li>
  )
}
