import { App } from 'antd'
import { useCallback, useState } from 'react'
import { isProblem, type ProblemLike } from './problems/problem-like.ts'
import { useProblemText } from './problems/problem-text.tsx'

export interface Action {
  readonly isBusy: boolean
  /** What the last run failed with; undefined since one went well or began. */
  readonly problem: ProblemLike | undefined
  /** Does it and answers whether it went well. `done` is said then; a problem is said too, unless `quiet`. */
  readonly run: (action: () => Promise<unknown>, options?: { readonly done?: string; readonly isQuiet?: boolean }) => Promise<boolean>
  readonly forget: () => void
}

/** Does something when a button asks: busy while it lasts, and what went wrong is said. */
export function useAction(): Action {
  const { message } = App.useApp()
  const problemText = useProblemText()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemLike>()
  const run: Action['run'] = useCallback(async (action, { done, isQuiet = false } = {}) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await action()
      if (done !== undefined) void message.success(done)
      return true
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
      if (!isQuiet) void message.error(problemText(error), 8)
      return false
    } finally {
      setBusy(false)
    }
  }, [message, problemText])
  const forget = useCallback(() => { setProblem(undefined) }, [])
  return { isBusy, problem, run, forget }
}
