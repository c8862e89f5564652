import { ApiProblem, session, signature } from '@isocenter/api-client'
import type { PhoneSigning } from '@isocenter/contracts'
import { useAction } from '@isocenter/design-system'
import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { QrPicture } from '../../parts/qr-picture.tsx'
import { useShellWords } from '../../words/index.ts'

const api = signature(session.api)
const waitSeconds = 25

/** A code for a phone, which opens a page to sign on; what is signed there arrives here (MOB-12). */
export function BySignaturePhone({ onSigned }: { readonly onSigned: () => void }) {
  const { signature: words } = useShellWords()
  const { run, isBusy } = useAction()
  const [signing, setSigning] = useState<PhoneSigning>()
  const [state, setState] = useState<'waiting' | 'done' | 'expired'>('waiting')
  useEffect(() => {
    if (signing === undefined) return undefined
    const stop = new AbortController()
    const follow = async () => {
      for (;;) {
        const { state: now } = await api.phone(signing.signingId, waitSeconds, stop.signal)
        setState(now)
        if (now === 'done') onSigned()
        if (now !== 'waiting') return
      }
    }
    follow().catch((error: unknown) => {
      if (stop.signal.aborted) return
      if (!(error instanceof ApiProblem)) throw error
      setState('expired')
    })
    return () => { stop.abort() }
  }, [signing, onSigned])
  const begin = () => run(async () => {
    setState('waiting')
    setSigning(await api.askPhone())
  })
  if (signing === undefined || state === 'expired') {
    return (
      <>
        <p className="hint">{words.phoneHint}</p>
        <div role="status">{state === 'expired' && <Alert type="warning" showIcon title={words.phoneExpired} className="entrance-problem" />}</div>
        <Button type="primary" loading={isBusy} onClick={() => void begin()}>{words.showCode}</Button>
      </>
    )
  }
  return (
    <>
      <div role="status">{state === 'done' && <Alert type="success" showIcon title={words.phoneDone} className="entrance-problem" />}</div>
      {state === 'waiting' && <><p>{words.phoneScan}</p><QrPicture label={words.phoneCode} value={location.origin + signing.path} /></>}
      {state === 'done' && <Button onClick={() => void begin()}>{words.signAgain}</Button>}
    </>
  )
}
