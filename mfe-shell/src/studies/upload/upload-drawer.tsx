import { FileAddOutlined, FolderAddOutlined } from '@ant-design/icons'
import { EmptyState, Link, useLanguage, useStore } from '@isocenter/design-system'
import { Button, Drawer, Progress, Tag } from 'antd'
import { useRef, useState, type DragEvent } from 'react'
import { useStudyWords } from '../words.ts'
import { droppedFiles } from './dropped-files.ts'
import { UploadReview } from './upload-review.tsx'
import type { UploadItem, UploadOutcome, UploadQueue } from './upload-queue.ts'

const colours: Partial<Record<UploadOutcome, string>> = { stored: 'success', alreadyThere: 'success', heldApart: 'warning', sending: 'processing', refused: 'error', failed: 'error', tooLarge: 'error', brokenArchive: 'error', notDicom: 'warning', stopped: 'warning' }
const isOver = ({ outcome }: UploadItem): boolean => !['reading', 'ready', 'waiting', 'sending'].includes(outcome)
const isUnderWay = ({ outcome }: UploadItem): boolean => outcome === 'waiting' || outcome === 'sending'
/** Of thousands of files the first that still matter are listed; the figures are of all. */
const mostListed = 200

/** Files, folders and zip archives into the study list (UPL-01 to UPL-04). */
export function UploadDrawer({ organisationId, permissions, queue, onClose }: { readonly organisationId: string; readonly permissions: readonly string[]; readonly queue: UploadQueue; readonly onClose: () => void }) {
  const { upload: words } = useStudyWords()
  const { formats } = useLanguage()
  const items = useStore(queue.items)
  const [isOverField, setOverField] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => {
    queue.add([...input.files ?? []])
    input.value = ''
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOverField(false)
    void droppedFiles(event.dataTransfer.items).then(queue.add)
  }
  const bytes = items.reduce((sum, { bytes: all }) => sum + all, 0)
  const sent = items.reduce((sum, item) => sum + (isOver(item) ? item.bytes : item.sent), 0)
  const done = items.filter(isOver).length
  const studies = [...new Set(items.flatMap(({ StudyInstanceUID }) => StudyInstanceUID ?? []))]
  const listed = [...items].sort((one, other) => rank(one) - rank(other)).slice(0, mostListed)
  return (
    <Drawer open size={640} title={words.title} onClose={onClose}>
      <div className={`drop-field${isOverField ? ' is-over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOverField(true) }} onDragLeave={() => { setOverField(false) }} onDrop={drop}>
        <p>{words.drop}</p>
        <div className="row-actions">
          <Button type="primary" icon={<FileAddOutlined aria-hidden />} onClick={() => files.current?.click()}>{words.files}</Button>
          <Button icon={<FolderAddOutlined aria-hidden />} onClick={() => folder.current?.click()}>{words.folder}</Button>
        </div>
        <p className="hint">{words.limits}</p>
        <input ref={files} type="file" multiple hidden aria-label={words.files} onChange={({ currentTarget }) => { take(currentTarget) }} />
        <input ref={(made) => { made?.setAttribute('webkitdirectory', ''); folder.current = made }} type="file" multiple hidden aria-label={words.folder} onChange={({ currentTarget }) => { take(currentTarget) }} />
      </div>
      {items.length === 0 ? <EmptyState title={words.none} /> : (
        <>
          <UploadReview organisationId={organisationId} items={items} queue={queue} mayCorrect={permissions.includes('study.edit_case')} seesIdentities={permissions.includes('study.view_identity')} />
          <div role="status">{words.progress(done, items.length, formats.bytes(sent), formats.bytes(bytes))}</div>
          <Progress percent={bytes === 0 ? 0 : Math.floor(100 * sent / bytes)} aria-label={words.title} />
          <div className="card-actions">
            {items.some(isUnderWay) && <Button onClick={queue.stop}>{words.stop}</Button>}
            {items.some(({ outcome }) => outcome === 'failed' || outcome === 'stopped') && <Button onClick={queue.retry}>{words.retry}</Button>}
            {studies.map((uid, index) => <Link key={uid} href={`/o/${organisationId}/studies?record=${uid}`}>{words.show(index + 1, studies.length)}</Link>)}
          </div>
          <ul className="rows upload-items">
            {listed.map((item) => (
              <li key={item.id}>
                <span className="mono">{item.name}</span>
                <span><span className="hint">{formats.bytes(item.bytes)}</span> <Tag color={colours[item.outcome]}>{words.outcomes[item.outcome]}{item.reason !== undefined && ` ${item.reason}`}</Tag>{item.finding !== undefined && <span className="hint">{words.findings[item.finding]}</span>}</span>
              </li>
            ))}
          </ul>
          {items.length > listed.length && <p className="hint">{words.further(items.length - listed.length)}</p>}
        </>
      )}
    </Drawer>
  )
}

/** What went wrong first, then what is under way, what waits, and what is done. */
const order: readonly UploadOutcome[] = ['failed', 'refused', 'tooLarge', 'brokenArchive', 'heldApart', 'sending', 'stopped', 'notDicom', 'reading', 'waiting', 'ready', 'alreadyThere', 'stored']
const rank = ({ outcome }: UploadItem): number => order.indexOf(outcome)
