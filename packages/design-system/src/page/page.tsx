import type { ReactNode } from 'react'
import { FailedState, LoadingState } from '../page-state/page-state.tsx'
import { DeniedState } from '../page-state/denied-state.tsx'
import { useProblemText } from '../problems/problem-text.tsx'
import type { Resource } from '../use-resource.ts'
import { useTitle } from './use-title.ts'

/** A page: its heading, which names the tab too, what can be done on it, and its sections. */
export function Page({ title, intro, actions, children }: { readonly title: string; readonly intro?: ReactNode; readonly actions?: ReactNode; readonly children: ReactNode }) {
  useTitle(title)
  return (
    <>
      <div className="page-head"><h1>{title}</h1>{actions}</div>
      {intro !== undefined && <p className="page-intro">{intro}</p>}
      <div className="sections">{children}</div>
    </>
  )
}

/** Shows a resource once it is there; until then that it is loading, or why it is not. */
export function Loaded<Value>({ resource, rows, children }: { readonly resource: Resource<Value>; readonly rows?: number; readonly children: (value: Value) => ReactNode }) {
  const problemText = useProblemText()
  const { value, error, reload } = resource
  if (value !== undefined) return children(value)
  if (error?.code === 'forbidden' || error?.code === 'module-not-enabled' || error?.code === 'no-membership') return <DeniedState detail={problemText(error)} missing={error.detail} />
  if (error) return <FailedState detail={problemText(error)} requestId={error.requestId} onRetry={reload} />
  return <LoadingState {...(rows !== undefined && { rows })} />
}
