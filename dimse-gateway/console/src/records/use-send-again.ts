import { useAction, useLanguage, type Action } from '@isocenter/design-system'
import { App } from 'antd'
import type { DeliverySelection } from '../../../src/control/wire/records.ts'
import { request } from '../api/client.ts'
import { useConsoleWords } from '../words/index.ts'

export interface SendingAgain extends Pick<Action, 'isBusy' | 'problem' | 'forget'> {
  /** One node after the other; true when all were asked. */
  readonly sendAgain: (StudyInstanceUID: string, nodeIds: readonly string[]) => Promise<boolean>
}

/** Has what has arrived of a study sent once more to nodes, and says how many deliveries wait by that. */
export function useSendAgain(): SendingAgain {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  const { run, ...action } = useAction()
  return {
    ...action,
    sendAgain: async (StudyInstanceUID, nodeIds) => {
      let waiting = 0
      const isDone = await run(async () => {
        for (const nodeId of nodeIds) {
          const body: DeliverySelection = { StudyInstanceUID, nodeId, state: 'delivered' }
          waiting += (await request<{ retried: number }>('POST', '/deliveries/retry', { body })).retried
        }
      }, { isQuiet: true })
      if (waiting > 0) void message.success(words.sentAgain(formats.number(waiting), waiting === 1))
      else if (isDone) void message.warning(words.nothingSentAgain)
      return isDone
    },
  }
}
