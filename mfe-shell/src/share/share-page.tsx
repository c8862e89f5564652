import { ApiProblem, createApiClient, openShareLink, sharedAttachments } from '@isocenter/api-client'
import type { ShareView } from '@isocenter/contracts'
import { saidByViewer, smallScreen, viewerFrameAddress } from '@isocenter/contracts/viewer'
import { createFormats, FailedState, LanguageChoice, LoadingState, useLanguage, useProblemText, useResource, useTitle, type ProblemLike } from '@isocenter/design-system'
import { Alert, Button, Form, Input, Result } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { SharedFiles } from './shared-files.tsx'
import { useShareWords } from './words.ts'
import './share.css'

type ClosedReason = 'expired' | 'revoked' | 'locked' | 'gone'
type State =
  | { readonly kind: 'opening' }
  | { readonly kind: 'password'; readonly triesLeft?: number | undefined }
  | { readonly kind: 'closed'; readonly reason: ClosedReason }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly problem: ProblemLike }
  | { readonly kind: 'shown'; readonly view: ShareView }

const reasons: readonly string[] = ['expired', 'revoked', 'locked', 'gone']
// Nobody's session: who holds the link is asked for nothing else.
const api = createApiClient()

/** What became of opening a link. */
function stateAfter(error: unknown): State {
  if (!(error instanceof ApiProblem)) throw error
  const { reason, triesLeft } = error.members
  switch (error.code) {
    case 'share-password-needed': return { kind: 'password' }
    case 'share-password-wrong': return { kind: 'password', triesLeft: typeof triesLeft === 'number' ? triesLeft : 0 }
    case 'share-link-closed': return { kind: 'closed', reason: reasons.includes(String(reason)) ? reason as ClosedReason : 'expired' }
    case 'no-such-share-link': case 'invalid-request': return { kind: 'incomplete' }
    default: return { kind: 'failed', problem: error }
  }
}

const linkIdOfAddress = () => location.pathname.split('/')[2] ?? ''
const tokenOfAddress = () => location.hash.slice(1)

/** What whoever holds a share link sees: its password asked for where it has one, then the images, and nothing else (SHARE-01, VIEW-12). */
export function SharePage() {
  const words = useShareWords()
  const problemText = useProblemText()
  const [state, setState] = useState<State>({ kind: 'opening' })
  const [isBusy, setBusy] = useState(false)
  useTitle(words.title)
  const open = useCallback(async (password?: string) => {
    const token = tokenOfAddress()
    if (!/^[\w-]{43}$/.test(token)) {
      setState({ kind: 'incomplete' })
      return
    }
    setBusy(true)
    setState(await openShareLink(api, linkIdOfAddress(), { token, ...(password !== undefined && { password }) }).then((view): State => ({ kind: 'shown', view }), stateAfter))
    setBusy(false)
  }, [])
  const hasBegun = useRef(false)
  useEffect(() => {
    // A visit is counted: once a page.
    if (hasBegun.current) return
    hasBegun.current = true
    void open()
  }, [open])
  const end = useCallback(() => { setState({ kind: 'ended' }) }, [])

  if (state.kind === 'shown') return <SharedImages linkId={linkIdOfAddress()} view={state.view} onEnd={end} />
  return (
    <div className="share-entrance">
      <div className="page-head"><h1>{words.title}</h1><LanguageChoice /></div>
      {state.kind === 'opening' && <LoadingState />}
      {state.kind === 'password' && <PasswordForm isBusy={isBusy} triesLeft={state.triesLeft} onSend={open} />}
      {state.kind === 'closed' && <Result status="warning" title={words.closed[state.reason]} subTitle={words.closedHint[state.reason]} />}
      {state.kind === 'incomplete' && <Result status="warning" title={words.incomplete} subTitle={words.incompleteHint} />}
      {state.kind === 'ended' && <Result status="info" title={words.ended} subTitle={words.endedHint} extra={<Button type="primary" loading={isBusy} onClick={() => void open()}>{words.again}</Button>} />}
      {state.kind === 'failed' && <FailedState detail={problemText(state.problem)} onRetry={() => void open()} />}
    </div>
  )
}

function PasswordForm({ isBusy, triesLeft, onSend }: { readonly isBusy: boolean; readonly triesLeft: number | undefined; readonly onSend: (password: string) => Promise<void> }) {
  const words = useShareWords()
  return (
    <Form layout="vertical" requiredMark={false} onFinish={({ password }: { password: string }) => onSend(password)}>
      <div role="alert">{triesLeft !== undefined && <Alert type="error" showIcon title={words.wrong(triesLeft)} className="share-problem" />}</div>
      <Form.Item name="password" label={words.password} extra={words.passwordHint} rules={[{ required: true, message: words.missingPassword }]}>
        <Input.Password autoFocus autoComplete="off" maxLength={128} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={isBusy}>{words.open}</Button>
    </Form>
  )
}

const marks = Array.from({ length: 12 }, (_, index) => index)

/** The viewer over the whole page, behind a mark that no picture of the screen is without. */
function SharedImages({ linkId, view, onEnd }: { readonly linkId: string; readonly view: ShareView; readonly onEnd: () => void }) {
  const words = useShareWords()
  const { language } = useLanguage()
  const frame = useRef<HTMLIFrameElement>(null)
  // As it was on coming here: the viewer would begin anew when a phone is turned.
  const [isSimple] = useState(() => matchMedia(smallScreen).matches)
  useEffect(() => {
    const listen = (event: MessageEvent<unknown>) => {
      const message = saidByViewer(event, frame.current, location.origin)
      if (message?.kind === 'refused' && message.status === 401) onEnd()
    }
    addEventListener('message', listen)
    return () => { removeEventListener('message', listen) }
  }, [onEnd])
  // An anonymised link has none, whatever is shown to outside viewers: files name the patient.
  const files = useResource(view.isAnonymised ? undefined : linkId, (signal) => sharedAttachments(linkId, signal))
  const [showsFiles, setShowsFiles] = useState(false)
  const hasEnded = files.error?.status === 401
  useEffect(() => { if (hasEnded) onEnd() }, [hasEnded, onEnd])
  const studies = files.value?.studies ?? []
  const count = studies.reduce((sum, { items }) => sum + items.length, 0)
  const address = viewerFrameAddress({ StudyInstanceUIDs: view.studies, isSimple, of: { shareLinkId: linkId } })
  const mark = words.watermark(createFormats(language).moment(view.linkExpiresAt))
  return (
    <main className="share-shown">
      <header className="share-bar"><h1>{words.title}</h1>{view.isAnonymised && <span>{words.anonymised}</span>}<span>{words.readOnly}</span>
        {count > 0 && <Button size="small" aria-expanded={showsFiles} onClick={() => { setShowsFiles(!showsFiles) }}>{words.attachmentsOf(count)}</Button>}
        {files.error !== undefined && files.value === undefined && <Button size="small" loading={files.isLoading} onClick={files.reload}>{words.attachmentsFailed}</Button>}
      </header>
      <div className="share-place">
        <iframe ref={frame} className="share-frame" src={address} title={words.viewer} allow="fullscreen" referrerPolicy="no-referrer" inert={showsFiles} />
        {showsFiles && <SharedFiles linkId={linkId} studies={studies} onLook={files.reload} onClose={() => { setShowsFiles(false) }} />}
        <div className="share-watermark" aria-hidden>{marks.map((index) => <span key={index} data-mark={mark} />)}</div>
      </div>
    </main>
  )
}
