import { FileImageOutlined, FileOutlined, FilePdfOutlined, FileWordOutlined, PlaySquareOutlined } from '@ant-design/icons'
import type { Attachment } from '@isocenter/contracts'
import { useWords, type Translations } from '@isocenter/design-system'
import { Alert } from 'antd'
import { useState, type ReactNode } from 'react'
import './attachment-file.css'

const words: Translations<{ readonly noPdf: string; readonly broken: string }> = {
  en: { noPdf: 'This browser shows no PDF within a page. Download it instead.', broken: 'The file cannot be shown. Download it instead.' },
  'zh-CN': { noPdf: '当前浏览器不能在页面内显示 PDF，请下载后查看。', broken: '无法显示该文件，请下载后查看。' },
}

const icons: Readonly<Record<Attachment['contentType'], ReactNode>> = {
  'application/pdf': <FilePdfOutlined aria-hidden />, 'image/jpeg': <FileImageOutlined aria-hidden />, 'image/png': <FileImageOutlined aria-hidden />, 'video/mp4': <PlaySquareOutlined aria-hidden />,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': <FileWordOutlined aria-hidden />,
}

/** The kind of a file as a small picture; its name stands beside it. */
export const AttachmentIcon = ({ contentType }: Pick<Attachment, 'contentType'>) => <span className="attachment-icon">{icons[contentType] ?? <FileOutlined aria-hidden />}</span>

/** What is in a file. A PDF is shown by the browser's own program, in a frame that may load nothing else. */
export function AttachmentContent({ source, contentType, fileName }: Pick<Attachment, 'contentType' | 'fileName'> & { readonly source: string }) {
  const { noPdf, broken } = useWords(words)
  const [isBroken, setBroken] = useState(false)
  const onError = () => { setBroken(true) }
  const shown = () => {
    if (isBroken) return <Alert type="warning" showIcon title={broken} />
    switch (contentType) {
      case 'image/jpeg': case 'image/png': return <img src={source} alt={fileName} onError={onError} />
      // oxlint-disable-next-line jsx-a11y/media-has-caption -- Nobody has written any for what a doctor has filmed.
      case 'video/mp4': return <video src={source} controls preload="metadata" aria-label={fileName} onError={onError} />
      case 'application/pdf': return navigator.pdfViewerEnabled ? <iframe src={source} title={fileName} /> : <Alert type="info" showIcon title={noPdf} />
      default: return null
    }
  }
  return <div className="attachment-view">{shown()}</div>
}
