import { createContext, useContext, type ReactNode } from 'react'
import type { ProblemLike } from './problem-like.ts'

/** What went wrong, in the user's language. */
export type ProblemText = (problem: ProblemLike) => string

const Context = createContext<ProblemText | undefined>(undefined)

/** Everything inside tells problems by `problemText`: those of another API have words of their own. */
export function ProblemTextProvider({ problemText, children }: { readonly problemText: ProblemText; readonly children: ReactNode }) {
  return <Context value={problemText}>{children}</Context>
}

/** How problems are told here. */
export function useProblemText(): ProblemText {
  const problemText = useContext(Context)
  if (!problemText) throw new Error('A ProblemTextProvider must stand above.')
  return problemText
}
