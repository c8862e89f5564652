import { attachmentPath, type Attachment } from '@isocenter/contracts'
import { Alert, Button, Modal } from 'antd'
import { useState } from 'react'
import { useAttachmentWords } from './words.ts'

interface ViewProps {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly attachment: Attachment
  readonly onClose: () => void
}

/** One file over the page. A PDF is shown by the browser's own program, in a frame that may load nothing else. */
export function AttachmentView({ organisationId, StudyInstanceUID, attachment: { attachmentId, contentType, fileName }, onClose }: ViewProps) {
  const words = useAttachmentWords()
  const [isBroken, setBroken] = useState(false)
  const source = attachmentPath(organisationId, StudyInstanceUID, attachmentId, 'content')
  const broken = () => { setBroken(true) }
  const shown = () => {
    if (isBroken) return <Alert type="warning" showIcon title={words.broken} />
    switch (contentType) {
      case 'image/jpeg': case 'image/png': return <img src={source} alt={fileName} onError={broken} />
      // oxlint-disable-next-line jsx-a11y/media-has-caption -- Nobody has written any for what a doctor has filmed.
      case 'video/mp4': return <video src={source} controls preload="metadata" aria-label={fileName} onError={broken} />
      case 'application/pdf': return navigator.pdfViewerEnabled ? <iframe src={source} title={fileName} /> : <Alert type="info" showIcon title={words.noPdf} />
      default: return null
    }
  }
  return (
    <Modal open width="min(1100px, 96vw)" title={fileName} onCancel={onClose} footer={<Button href={attachmentPath(organisationId, StudyInstanceUID, attachmentId, 'download')} download={fileName}>{words.download}</Button>}>
      <div className="attachment-view">{shown()}</div>
    </Modal>
  )
}
