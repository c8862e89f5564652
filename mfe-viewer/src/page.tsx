import { ArrowLeftOutlined, CloseOutlined, ExportOutlined, PictureOutlined } from '@ant-design/icons'
import { ownPreferences, session } from '@isocenter/api-client'
import { smallScreen } from '@isocenter/contracts/viewer'
import { EmptyState, FailedState, navigate, secondWindow, useLocation, usePreference, useResource, useStore, useTitle, useWords } from '@isocenter/design-system'
import { Alert, Button, Spin } from 'antd'
import { useEffect, useLayoutEffect, useState, type ReactNode } from 'react'
import { Corrected } from './corrected.tsx'
import { useNetwork } from './network.ts'
import { shownBy, type Shown } from './places.ts'
import { NetworkQuestion, Previews } from './previews.tsx'
import { viewerFrame } from './viewer-frame.ts'
import { words } from './words.ts'

/** The viewer's page. */
export function ViewerPage() {
  const text = useWords(words)
  const { path, search } = useLocation()
  const shown = shownBy(path, search)
  useTitle(text.title)
  useEffect(() => secondWindow.follow(), [])
  if (shown === undefined) return <EmptyState title={text.nothing}>{text.nothingDetail}</EmptyState>
  // As it was on coming here: the viewer would begin anew when a phone is turned.
  const isPhone = matchMedia(smallScreen).matches && matchMedia('(pointer: coarse)').matches
  return isPhone ? <OnPhone key={shown.StudyInstanceUIDs.join()} shown={shown} /> : <Viewer organisationId={shown.organisationId} studies={shown.StudyInstanceUIDs.join()} />
}

/** What a phone shows first, by what its network costs (VIEW-09, MOB-05). */
function OnPhone({ shown }: { readonly shown: Shown }) {
  const text = useWords(words)
  const network = useNetwork()
  const [first, setFirst] = usePreference('viewer.phone')
  const [wanted, setWanted] = useState<'previews' | 'originals'>()
  const { organisationId, StudyInstanceUIDs } = shown
  const now = wanted ?? (network === 'metered' ? 'previews' : network === 'free' ? 'originals' : first)
  if (now === 'originals') {
    return (
      <Viewer organisationId={organisationId} studies={StudyInstanceUIDs.join()}>
        <Button className="viewer-move" type="text" icon={<PictureOutlined />} onClick={() => { setWanted('previews') }}>{text.previews}</Button>
      </Viewer>
    )
  }
  return (
    <div className="viewer-light">
      <Bar organisationId={organisationId} />
      {now === 'previews'
        ? <Previews organisationId={organisationId} StudyInstanceUIDs={StudyInstanceUIDs} onOriginals={() => { setWanted('originals') }}
            choice={network === 'unknown' ? { isFirst: first !== 'originals', onChange: (isFirst) => { setFirst(isFirst ? 'previews' : 'originals') } } : undefined} />
        : <NetworkQuestion onAnswer={(isPreviewsFirst) => { setFirst(isPreviewsFirst ? 'previews' : 'originals') }} />}
    </div>
  )
}

/** A bar to leave it by, and the viewer below. `studies`: StudyInstanceUIDs, parted by commas. */
function Viewer({ organisationId, studies, children }: { readonly organisationId: string; readonly studies: string; readonly children?: ReactNode }) {
  const text = useWords(words)
  const state = useStore(viewerFrame)
  const seen = useStore(viewerFrame.studies)
  const preferences = useResource('preferences', ownPreferences.get)
  const [isSmall] = useState(() => matchMedia(smallScreen).matches)
  const isSimple = isSmall || preferences.value?.viewerLayout === 'classic'
  const isKnown = isSmall || !preferences.isLoading
  // Before anything is drawn: what was begun in another layout is not said to be shown.
  useLayoutEffect(() => {
    if (isKnown) viewerFrame.show({ organisationId, StudyInstanceUIDs: studies.split(','), isSimple }, text.title)
    return viewerFrame.hide
  }, [organisationId, studies, isSimple, isKnown, text.title])
  useEffect(() => { if (state.kind === 'refused' && state.status === 401) void session.refresh() }, [state])

  return (
    <div className="viewer-page">
      <Bar organisationId={organisationId} isLoading={!isKnown || state.kind === 'loading'}>
        {state.kind === 'shown' && <Corrected organisationId={organisationId} studies={seen} />}
        {children ?? <ToSecondWindow />}
      </Bar>
      <div className="viewer-place">
        {state.kind === 'refused' && <div className="viewer-refused"><FailedState detail={text.refusedDetail} onRetry={viewerFrame.reload} /></div>}
      </div>
    </div>
  )
}

const leave = (organisationId: string) => { if (history.length > 1) history.back(); else navigate(`/o/${organisationId}/studies`) }

function Bar({ organisationId, isLoading = false, children }: { readonly organisationId: string; readonly isLoading?: boolean; readonly children?: ReactNode }) {
  const text = useWords(words)
  const isBlocked = useStore(secondWindow.blocked)
  useEffect(() => secondWindow.blocked.forget, [])
  return (
    <header className="viewer-bar">
      {secondWindow.isHere() ? <Button type="text" icon={<CloseOutlined />} onClick={() => { close() }}>{text.close}</Button>
        : <Button type="text" icon={<ArrowLeftOutlined />} onClick={() => { leave(organisationId) }}>{text.back}</Button>}
      {isLoading && <span role="status" className="viewer-status"><Spin size="small" /> {text.opening}</span>}
      <div role="alert">{isBlocked && <Alert banner closable={{ onClose: secondWindow.blocked.forget }} type="warning" title={text.blocked} className="viewer-blocked" />}</div>
      {children}
    </header>
  )
}

/** Moves what is shown to the window that stays, and goes back. */
function ToSecondWindow() {
  const text = useWords(words)
  const { path, search } = useLocation()
  if (secondWindow.isHere()) return null
  const move = async () => { if (await secondWindow.show(`${path}?${search.toString()}`)) leave(path.split('/')[2] ?? '') }
  return <Button className="viewer-move" type="text" icon={<ExportOutlined />} title={text.newWindow} aria-label={text.newWindow} onClick={() => void move()} />
}
