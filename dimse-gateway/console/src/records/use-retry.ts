import { useAction, useLanguage } from '@isocenter/design-system'
import { App } from 'antd'
import type { DeliverySelection } from '../../../src/control/wire/records.ts'
import { request } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'

/** Has deliveries tried again and says how many. */
export function useRetry(): { readonly retry: (selection: DeliverySelection) => Promise<void>; readonly isBusy: boolean } {
  const { records } = useConsoleWords()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  const { run, isBusy } = useAction()
  return {
    isBusy,
    retry: async (selection) => {
      await run(async () => {
        const { retried } = await request<{ retried: number }>('POST', '/deliveries/retry', { body: selection })
        void message.success(records.retried(formats.number(retried), retried === 1))
      })
    },
  }
}
