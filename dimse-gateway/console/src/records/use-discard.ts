import { useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { App } from 'antd'
import type { DiscardSelection } from '../../../src/control/wire/records.ts'
import { request } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'

/** Has objects that go nowhere deleted, after a question, and says how many. */
export function useDiscard(): { readonly discard: (selection: DiscardSelection) => Promise<void>; readonly isBusy: boolean } {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  return {
    isBusy,
    discard: async (selection) => {
      if (!await confirm({ title: words.confirmDiscard, hint: words.confirmDiscardHint, action: words.discard })) return
      await run(async () => {
        const { discarded } = await request<{ discarded: number }>('POST', '/objects/discard', { body: selection })
        void message.success(words.discarded(formats.number(discarded), discarded === 1))
      })
    },
  }
}
