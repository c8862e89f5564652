import { App } from 'antd'
import { useWords, type Translations } from './language.tsx'

const en = { cancel: 'Cancel' }
const words: Translations<typeof en> = { en, 'zh-CN': { cancel: '取消' } }

export interface Question {
  readonly title: string
  /** What follows from it. */
  readonly hint: string
  /** The word on the button that does it. */
  readonly action: string
  readonly isDangerous?: boolean
  /** The word on the button that does nothing, where "Cancel" could be taken for what is asked about. */
  readonly otherwise?: string
}

/** Asks before something that cannot be taken back or stops work; true when it is wanted. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  const { modal } = App.useApp()
  const { cancel } = useWords(words)
  return async ({ title, hint, action, isDangerous = true, otherwise = cancel }) => {
    const isWanted = await modal.confirm({
      title, content: hint, okText: action, cancelText: otherwise, okButtonProps: { danger: isDangerous },
      // Enter must not do it by accident.
      autoFocusButton: 'cancel',
    })
    return isWanted
  }
}
