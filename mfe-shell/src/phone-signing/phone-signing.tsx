import { problemOf, sendDrawing } from '@isocenter/api-client'
import { LanguageChoice, useProblemText, useTitle, type ProblemLike } from '@isocenter/design-system'
import { Alert, Result } from 'antd'
import { useState } from 'react'
import { SignaturePad } from '../personal-centre/signature/signature-pad.tsx'
import { useShellWords } from '../words/index.ts'

/** The token behind the # of the address: taken out of it at once, so that it stays in no history. */
function tokenOfAddress(): string {
  const token = location.hash.slice(1)
  if (token !== '') history.replaceState(null, '', location.pathname)
  return token
}
const token = tokenOfAddress()

/** The page a phone signs on: one signature, with the token of the code that was scanned (PC-09, MOB-12). */
export function PhoneSigning() {
  const { signature: words } = useShellWords()
  const problemText = useProblemText()
  const [state, setState] = useState<'open' | 'sending' | 'done'>('open')
  const [problem, setProblem] = useState<ProblemLike>()
  useTitle(words.phoneTitle)
  const send = async (picture: Blob) => {
    setState('sending')
    setProblem(undefined)
    try {
      const response = await sendDrawing(token, picture)
      if (!response.ok) throw await problemOf(response)
      setState('done')
      return true
    } catch (error) {
      setProblem(error instanceof Error && 'code' in error && 'status' in error ? error as Error & ProblemLike : { status: 0, code: 'no-answer', detail: '' })
      setState('open')
      return false
    }
  }
  return (
    <div className="phone-signing">
      <div className="page-head"><h1>{words.phoneTitle}</h1><LanguageChoice /></div>
      {state === 'done' ? <Result status="success" title={words.phoneSent} subTitle={words.phoneSentHint} /> : token === '' ? <Alert type="warning" showIcon title={words.phoneNoToken} /> : (
        <>
          <p className="hint">{words.phoneIntro}</p>
          <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
          <SignaturePad isTall isBusy={state === 'sending'} onDone={send} />
        </>
      )}
    </div>
  )
}
