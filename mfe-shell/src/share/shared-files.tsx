import { DownloadOutlined } from '@ant-design/icons'
import { isViewable, sharedAttachmentPath, type SharedAttachment, type SharedAttachmentList } from '@isocenter/contracts'
import { dicomDate, personName, useLanguage, type Language } from '@isocenter/design-system'
import { Button } from 'antd'
import { useEffect, useId, useRef, useState } from 'react'
import { AttachmentContent, AttachmentIcon } from '../parts/attachment-file.tsx'
import { useShareWords } from './words.ts'

type SharedStudy = SharedAttachmentList['studies'][number]

interface FilesProps {
  readonly linkId: string
  readonly studies: readonly SharedStudy[]
  /** Somebody is about to look at one: whether the visit still goes is worth asking. */
  readonly onLook: () => void
  readonly onClose: () => void
}

const titleOf = ({ PatientName = '', StudyDate, StudyDescription = '' }: SharedStudy, language: Language): string =>
  [personName(PatientName, language), dicomDate(StudyDate), StudyDescription].filter((part) => part !== '').join(' · ')

/** Attachments of the shared studies in the place of the images, behind the same mark. */
export function SharedFiles({ linkId, studies, onLook, onClose }: FilesProps) {
  const words = useShareWords()
  const { formats, language } = useLanguage()
  const id = useId()
  const head = useRef<HTMLHeadingElement>(null)
  const [viewed, setViewed] = useState<SharedAttachment & { readonly StudyInstanceUID: string }>()
  // Who opens them reads on here, and so does who comes back to the list.
  useEffect(() => { head.current?.focus() }, [viewed])
  useEffect(() => {
    const listen = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return
      if (viewed === undefined) onClose()
      else setViewed(undefined)
    }
    addEventListener('keydown', listen)
    return () => { removeEventListener('keydown', listen) }
  }, [viewed, onClose])
  const download = (uid: string, { attachmentId, fileName }: SharedAttachment, isAlone: boolean) => (
    <Button size={isAlone ? 'middle' : 'small'} icon={<DownloadOutlined aria-hidden />} href={sharedAttachmentPath(linkId, uid, attachmentId, 'download')} download={fileName} aria-label={words.downloadOf(fileName)}>{words.download}</Button>
  )
  return (
    <section className="share-files" aria-labelledby={id}>
      <div className="page-head">
        <h2 id={id} ref={head} tabIndex={-1}>{viewed?.fileName ?? words.attachments}</h2>
        <span className="row-actions">
          {viewed && download(viewed.StudyInstanceUID, viewed, true)}
          {viewed && <Button onClick={() => { setViewed(undefined) }}>{words.allAttachments}</Button>}
          <Button type="primary" onClick={onClose}>{words.toImages}</Button>
        </span>
      </div>
      {viewed ? <AttachmentContent key={viewed.attachmentId} source={sharedAttachmentPath(linkId, viewed.StudyInstanceUID, viewed.attachmentId, 'content')} contentType={viewed.contentType} fileName={viewed.fileName} />
        : studies.length === 0 ? <p className="hint">{words.noAttachments}</p>
        : studies.map((study) => (
          <section key={study.StudyInstanceUID}>
            <h3>{titleOf(study, language)}</h3>
            <ul className="rows">
              {study.items.map((file) => (
                <li key={file.attachmentId}>
                  <span className="attachment-file"><AttachmentIcon contentType={file.contentType} /><span>{file.fileName}<br /><span className="hint">{formats.bytes(file.byteLength)} · {formats.date(file.addedAt)}</span></span></span>
                  <span className="row-actions">
                    {isViewable(file.contentType) && <Button size="small" aria-label={words.viewOf(file.fileName)} onClick={() => { setViewed({ ...file, StudyInstanceUID: study.StudyInstanceUID }); onLook() }}>{words.view}</Button>}
                    {download(study.StudyInstanceUID, file, false)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </section>
  )
}
