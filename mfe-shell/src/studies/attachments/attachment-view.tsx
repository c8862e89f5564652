import { attachmentPath, type Attachment } from '@isocenter/contracts'
import { Button, Modal } from 'antd'
import { AttachmentContent } from '../../parts/attachment-file.tsx'
import { useAttachmentWords } from './words.ts'

interface ViewProps {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly attachment: Attachment
  readonly onClose: () => void
}

/** One file over the page. */
export function AttachmentView({ organisationId, StudyInstanceUID, attachment: { attachmentId, contentType, fileName }, onClose }: ViewProps) {
  const words = useAttachmentWords()
  const at = (as: 'content' | 'download') => attachmentPath(organisationId, StudyInstanceUID, attachmentId, as)
  return (
    <Modal open width="min(1100px, 96vw)" title={fileName} onCancel={onClose} footer={<Button href={at('download')} download={fileName}>{words.download}</Button>}>
      <AttachmentContent source={at('content')} contentType={contentType} fileName={fileName} />
    </Modal>
  )
}
