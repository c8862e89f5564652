import { App } from 'antd'
import { useCallback, useState } from 'react'
import { useProblemText } from '../words/problem-text.ts'
import { ApiError } from './client.ts'

/**
 * Does something when a button asks: busy while it lasts, and what went wrong is said.
 * `run` answers whether it went well.
 */
export function useAction(): { readonly isBusy: boolean; readonly run: (action: () => Promise<unknown>, done?: string) => Promise<boolean> } {
  const { message } = App.useApp()
  const problemText = useProblemText()
  const [isBusy, setBusy] = useState(false)
  const run = useCallback(async (action: () => Promise<unknown>, done?: string) => {
    setBusy(true)
    try {
      await action()
      if (done !== undefined) void message.success(done)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      void message.error(problemText(error), 8)
      return false
    } finally {
      setBusy(false)
    }
  }, [message, problemText])
  return { isBusy, run }
}
