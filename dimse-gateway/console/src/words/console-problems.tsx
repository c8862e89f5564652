import { ProblemTextProvider, type ProblemLike } from '@isocenter/design-system'
import { useCallback, type ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from './index.ts'

/** What goes wrong inside is told in the user's language, with the gateway's own sentences where they say more. */
export function ConsoleProblems({ children }: { readonly children: ReactNode }) {
  const { problems } = useConsoleWords()
  const failureText = useFailureText()
  const problemText = useCallback((problem: ProblemLike) => {
    const known = isProblem(problem.code, problems) ? problems[problem.code] : problems.other
    const { errors, failure } = problem instanceof ApiError ? problem : { errors: [], failure: undefined }
    if (failure) return `${known} ${failureText(failure)}`
    const more = errors.length > 0 ? errors.map(({ path, message }) => `${path} ${message}`).join('; ') : needsDetail(problem.code) ? problem.detail : ''
    return more === '' ? known : `${known} ${more}`
  }, [failureText, problems])
  return <ProblemTextProvider problemText={problemText}>{children}</ProblemTextProvider>
}

const isProblem = <Problems extends object>(code: string, problems: Problems): code is keyof Problems & string => Object.hasOwn(problems, code)

/** Kinds whose own detail tells more than their translation. */
const needsDetail = (code: string) => ['service-failed', 'enrolment-refused', 'cloud-unreachable', 'configuration-invalid'].includes(code) || code === 'other'
