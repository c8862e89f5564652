import { ApiProblem, qrSignIn, session } from '@isocenter/api-client'
import type { QrSignIn, QrSignInState } from '@isocenter/contracts'
import { Link, LoadingState, useLocation, useProblemText, type ProblemLike } from '@isocenter/design-system'
import { Alert, Button, Steps } from 'antd'
import { useEffect, useState } from 'react'
import { QrPicture } from '../parts/qr-picture.tsx'
import { useShellWords } from '../words/index.ts'
import { SignInCard } from './sign-in-card.tsx'

const api = qrSignIn(session.api)

type Progress =
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly code: QrSignIn; readonly state: QrSignInState }
  | { readonly kind: 'failed'; readonly problem: ProblemLike }

/** Waits until a phone has answered, one long question after another; answers the state it ended in. */
async function follow(onState: (state: QrSignInState) => void, signal: AbortSignal): Promise<QrSignInState> {
  let known: QrSignInState = 'waiting'
  while (known === 'waiting' || known === 'seen') {
    ;({ state: known } = await api.progress(known, signal))
    onState(known)
  }
  return known
}

/** A code for a phone that is signed in, which lets this browser in (AUTH-04). */
export function ScanToSignIn() {
  const { signIn: words } = useShellWords()
  const { search } = useLocation()
  const problemText = useProblemText()
  const [progress, setProgress] = useState<Progress>({ kind: 'asking' })
  const [round, setRound] = useState(0)

  useEffect(() => {
    const stop = new AbortController()
    const letIn = async () => {
      const code = await api.begin()
      if (stop.signal.aborted) return
      setProgress({ kind: 'shown', code, state: 'waiting' })
      const ended = await follow((state) => { setProgress({ kind: 'shown', code, state }) }, stop.signal)
      if (ended === 'approved') await session.begin(await api.finish())
    }
    letIn().catch((error: unknown) => {
      if (stop.signal.aborted) return
      if (!(error instanceof ApiProblem)) throw error
      setProgress({ kind: 'failed', problem: error })
    })
    return () => { stop.abort() }
  }, [round])

  const again = () => {
    setProgress({ kind: 'asking' })
    setRound(round + 1)
  }
  return (
    <SignInCard title={words.scanning.title} footer={<Link href={`/sign-in${search.size > 0 ? `?${search.toString()}` : ''}`}>{words.scanning.back}</Link>}>
      <p className="hint">{words.scanning.hint}</p>
      {progress.kind === 'asking' && <LoadingState rows={6} />}
      {progress.kind === 'failed' && <div role="alert"><Alert type="error" showIcon title={problemText(progress.problem)} action={<Button onClick={again}>{words.scanning.again}</Button>} /></div>}
      {progress.kind === 'shown' && <Code code={progress.code} state={progress.state} onAgain={again} />}
    </SignInCard>
  )
}

function Code({ code, state, onAgain }: { readonly code: QrSignIn; readonly state: QrSignInState; readonly onAgain: () => void }) {
  const { signIn: { scanning: words } } = useShellWords()
  const isOver = state === 'refused' || state === 'expired'
  return (
    <div className="scan">
      {!isOver && <QrPicture label={words.code} value={code.url} size={220} isScanned={state !== 'waiting'} />}
      <p role="status" className="scan-state">{words.states[state]}</p>
      {isOver ? <Button type="primary" onClick={onAgain}>{words.again}</Button> : <p className="comparison">{words.comparison} <strong>{code.comparison}</strong></p>}
      <Steps size="small" orientation="vertical" current={state === 'waiting' ? 0 : state === 'seen' ? 1 : 2} items={words.steps.map((title) => ({ title }))} />
    </div>
  )
}
