import { useCallback } from 'react'
import type { Failure } from '../../../src/control/wire/state.ts'
import { useConsoleWords } from '../words/index.ts'

/** Why something did not work, in the user's language, followed by the other side's own words. */
export function useFailureText(): (failure: Failure) => string {
  const { failures, problems } = useConsoleWords()
  return useCallback(({ reason, text = '' }) => {
    const known = Object.hasOwn(failures, reason) ? failures[reason] : problems.other
    return text === '' ? known : `${known} (${text})`
  }, [failures, problems])
}
