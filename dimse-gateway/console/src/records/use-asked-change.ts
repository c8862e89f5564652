import { useAction, useConfirm } from '@isocenter/design-system'
import { App } from 'antd'
import { request } from '../api/client.ts'

interface AskedChange<Answer> {
  /** Where the selection is posted. */
  readonly path: string
  readonly question: Parameters<ReturnType<typeof useConfirm>>[0]
  /** What came of it, in words. */
  readonly said: (answer: Answer) => string
}

/** Changes what is selected, after a question, and says what came of it. */
export function useAskedChange<Selection, Answer>({ path, question, said }: AskedChange<Answer>): { readonly change: (selection: Selection) => Promise<void>; readonly isBusy: boolean } {
  const { message } = App.useApp()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  return {
    isBusy,
    change: async (selection) => {
      if (!await confirm(question)) return
      await run(async () => { void message.success(said(await request<Answer>('POST', path, { body: selection }))) })
    },
  }
}
