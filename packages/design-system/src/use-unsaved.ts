import { useEffect, useState } from 'react'
import { useConfirm } from './confirm.ts'
import { useWords, type Translations } from './language.tsx'
import { askBeforeLeaving, holdUnsavedWork } from './unsaved-work.ts'

const en = { title: 'Leave without saving?', hint: 'What you have entered is not saved and will be lost.', leave: 'Leave', stay: 'Stay' }
const words: Translations<typeof en> = { en, 'zh-CN': { title: '不保存就离开吗？', hint: '您填写的内容尚未保存，离开后将丢失。', leave: '离开', stay: '留下' } }

/** While it is true, whoever would leave is asked first. */
export function useUnsaved(isUnsaved: boolean): void {
  useEffect(() => (isUnsaved ? holdUnsavedWork() : undefined), [isUnsaved])
}

/** For a form on a page: what was typed is unsaved until `saved` says otherwise or the form is gone. */
export function useUnsavedForm(): { readonly onValuesChange: () => void; readonly saved: () => void } {
  const [isUnsaved, setUnsaved] = useState(false)
  useUnsaved(isUnsaved)
  return { onValuesChange: () => { setUnsaved(true) }, saved: () => { setUnsaved(false) } }
}

/** The question itself. */
export function useLeaveQuestion(): () => Promise<boolean> {
  const confirm = useConfirm()
  const { title, hint, leave, stay } = useWords(words)
  return () => confirm({ title, hint, action: leave, otherwise: stay })
}

/** Shows the question when somebody would leave; within an application of the page. */
export function LeaveQuestions(): null {
  const ask = useLeaveQuestion()
  useEffect(() => askBeforeLeaving(ask))
  return null
}
