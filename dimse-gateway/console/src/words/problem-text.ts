import { useCallback } from 'react'
import type { ApiError } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from './index.ts'

/** What went wrong, in the user's language, with the gateway's own sentences where they say more. */
export function useProblemText(): (error: ApiError) => string {
  const { problems } = useConsoleWords()
  const failureText = useFailureText()
  return useCallback((error: ApiError) => {
    const known = isProblem(error.code, problems) ? problems[error.code] : problems.other
    if (error.failure) return `${known} ${failureText(error.failure)}`
    const more = error.errors.length > 0 ? error.errors.map(({ path, message }) => `${path} ${message}`).join('; ') : needsDetail(error.code) ? error.message : ''
    return more === '' ? known : `${known} ${more}`
  }, [failureText, problems])
}

const isProblem = <Problems extends object>(code: string, problems: Problems): code is keyof Problems & string => Object.hasOwn(problems, code)

/** Kinds whose own detail tells more than their translation. */
const needsDetail = (code: string) => ['service-failed', 'enrolment-refused', 'cloud-unreachable', 'configuration-invalid'].includes(code) || code === 'other'
