import type { Download } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { App, Button, Modal } from 'antd'
import { useState, type ReactNode } from 'react'
import { Begun } from './begun.tsx'
import { fetchFile } from './fetch-file.ts'
import { useDownloadWords } from './words.ts'

const longNoticeSeconds = 8

interface FileDialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  /** What is asked; `onMade` takes the file that was asked for. */
  readonly children: (onMade: (download: Download) => void) => ReactNode
}

/** Asks about a file. One that is there is fetched and the dialog goes; of one that is made in the background the dialog says so. */
export function FileDialog({ title, isOpen, onClose, children }: FileDialogProps) {
  const words = useDownloadWords()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  const [begun, setBegun] = useState<Download>()
  const close = () => {
    setBegun(undefined)
    onClose()
  }
  const take = (download: Download) => {
    if (download.isBackground) {
      setBegun(download)
      return
    }
    fetchFile(download)
    const { leftOut = 0 } = download
    if (leftOut > 0) void message.success(`${words.started} ${words.leftOut(formats.number(leftOut))}`, longNoticeSeconds)
    else void message.success(words.started)
    close()
  }
  return (
    <Modal open={isOpen} onCancel={close} title={title} footer={begun ? <Button type="primary" onClick={close}>{words.close}</Button> : null} destroyOnHidden closable={{ 'aria-label': words.close }}>
      {begun ? <Begun download={begun} /> : children(take)}
    </Modal>
  )
}
