import { FailedState, LoadingState } from '@isocenter/design-system'
import type { ReactNode } from 'react'
import type { Resource } from '../api/use-resource.ts'
import { useProblemText } from '../words/problem-text.ts'

/** A page: its heading, what can be done on it, and its sections. */
export function Page({ title, actions, children }: { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <div className="page-head"><h1>{title}</h1>{actions}</div>
      <div className="sections">{children}</div>
    </>
  )
}

/** Shows a resource once it is there; until then that it is loading, or why it is not. */
export function Loaded<Value>({ resource, children }: { readonly resource: Resource<Value>; readonly children: (value: Value) => ReactNode }) {
  const problemText = useProblemText()
  if (resource.value !== undefined) return children(resource.value)
  if (resource.error) return <FailedState detail={problemText(resource.error)} onRetry={resource.reload} />
  return <LoadingState />
}
