import { ApiProblem, ownSignatureUrl, session, signature } from '@isocenter/api-client'
import { maxSignatureBytes, type Signature } from '@isocenter/contracts'
import { Loaded, Page, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Segmented, Upload } from 'antd'
import { useState } from 'react'
import { useShellWords } from '../../words/index.ts'
import { BySignaturePhone } from './by-phone.tsx'
import { SignaturePad } from './signature-pad.tsx'

const api = signature(session.api)
const ways = ['draw', 'phone', 'upload'] as const
type Way = typeof ways[number]

/** The signature under one's reports: uploaded, drawn here, or drawn on a phone (PC-09). */
export function SignaturePage() {
  const { signature: words } = useShellWords()
  // None yet is an answer, not a failure.
  const own = useResource('signature', async (signal) => ({
    current: await api.find(signal).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === 'no-such-signature') return undefined
      throw error
    }),
  }))
  const { run, isBusy } = useAction()
  const [way, setWay] = useState<Way>('draw')
  const put = async (picture: Blob, source: 'uploaded' | 'drawn') => {
    const went = await run(() => api.put(picture, source), { done: words.saved })
    own.reload()
    return went
  }
  return (
    <Page title={words.title} intro={words.intro}>
      <Loaded resource={own}>{({ current }) => <Card title={<h2 className="card-title">{words.current}</h2>}><Current signature={current} onChanged={own.reload} /></Card>}</Loaded>
      <Card title={<h2 className="card-title">{words.another}</h2>}>
        <Segmented<Way> aria-label={words.another} className="list-filter" value={way} onChange={setWay} options={ways.map((value) => ({ value, label: words[value] }))} />
        {way === 'draw' && <SignaturePad isBusy={isBusy} onDone={(picture) => put(picture, 'drawn')} />}
        {way === 'phone' && <BySignaturePhone onSigned={own.reload} />}
        {way === 'upload' && (
          <>
            <p className="hint">{words.uploadHint(maxSignatureBytes / 1024 / 1024)}</p>
            <Upload accept="image/png,image/jpeg,image/webp" showUploadList={false} beforeUpload={(file) => { void put(file, 'uploaded'); return false }}><Button loading={isBusy}>{words.chooseFile}</Button></Upload>
          </>
        )}
      </Card>
    </Page>
  )
}

function Current({ signature: current, onChanged }: { readonly signature: Signature | undefined; readonly onChanged: () => void }) {
  const { signature: words } = useShellWords()
  const { formats } = useLanguage()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  if (current === undefined) return <p className="hint last">{words.none}</p>
  const remove = async () => {
    if (!await confirm({ title: words.removeTitle, hint: words.removeHint, action: words.remove })) return
    await run(() => api.remove(), { done: words.removed })
    onChanged()
  }
  return (
    <>
      <div className="signature-paper"><img src={ownSignatureUrl(current.version)} alt={words.title} /></div>
      <div className="rows-foot"><span className="hint">{words.since(words.sources[current.source], formats.moment(current.createdAt))}</span><Button danger loading={isBusy} onClick={() => void remove()}>{words.remove}</Button></div>
    </>
  )
}
