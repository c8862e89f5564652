import { ArrowLeftOutlined, CloseOutlined, ExportOutlined } from '@ant-design/icons'
import { ownPreferences, session } from '@isocenter/api-client'
import { smallScreen } from '@isocenter/contracts/viewer'
import { EmptyState, FailedState, navigate, secondWindow, useLocation, useResource, useStore, useTitle, useWords } from '@isocenter/design-system'
import { Alert, Button, Spin } from 'antd'
import { useEffect, useState } from 'react'
import { shownBy } from './places.ts'
import { viewerFrame } from './viewer-frame.ts'
import { words } from './words.ts'

/** The viewer's page. */
export function ViewerPage() {
  const text = useWords(words)
  const { path, search } = useLocation()
  const shown = shownBy(path, search)
  const preferences = useResource('preferences', ownPreferences.get)
  // As it was on coming here: the viewer would begin anew when a phone is turned.
  const [isSmall] = useState(() => matchMedia(smallScreen).matches)
  useTitle(text.title)
  useEffect(secondWindow.follow, [])
  if (shown === undefined) return <EmptyState title={text.nothing}>{text.nothingDetail}</EmptyState>
  if (preferences.isLoading) return <div className="viewer-page" />
  const isSimple = isSmall || preferences.value?.viewerLayout === 'classic'
  return <Viewer isSimple={isSimple} organisationId={shown.organisationId} studies={shown.StudyInstanceUIDs.join()} />
}

/** A bar to leave it by, and the viewer below. `studies`: StudyInstanceUIDs, parted by commas. */
function Viewer({ organisationId, studies, isSimple }: { readonly organisationId: string; readonly studies: string; readonly isSimple: boolean }) {
  const text = useWords(words)
  const state = useStore(viewerFrame)
  useEffect(() => {
    viewerFrame.show({ organisationId, StudyInstanceUIDs: studies.split(','), isSimple }, text.title)
    return viewerFrame.hide
  }, [organisationId, studies, isSimple, text.title])
  useEffect(() => { if (state.kind === 'refused' && state.status === 401) void session.refresh() }, [state])

  return (
    <div className="viewer-page">
      <Bar organisationId={organisationId} isLoading={state.kind === 'loading'} />
      <div className="viewer-place">
        {state.kind === 'refused' && <div className="viewer-refused"><FailedState detail={text.refusedDetail} onRetry={viewerFrame.reload} /></div>}
      </div>
    </div>
  )
}

function Bar({ organisationId, isLoading }: { readonly organisationId: string; readonly isLoading: boolean }) {
  const text = useWords(words)
  const isBlocked = useStore(secondWindow.blocked)
  useEffect(() => secondWindow.blocked.forget, [])
  const leave = () => { if (history.length > 1) history.back(); else navigate(`/o/${organisationId}/home`) }
  const move = async () => { if (await secondWindow.show(location.pathname + location.search)) leave() }
  return (
    <header className="viewer-bar">
      {secondWindow.isHere() ? <Button type="text" icon={<CloseOutlined />} onClick={() => { close() }}>{text.close}</Button>
        : <Button type="text" icon={<ArrowLeftOutlined />} onClick={leave}>{text.back}</Button>}
      {isLoading && <span role="status" className="viewer-status"><Spin size="small" /> {text.opening}</span>}
      <div role="alert">{isBlocked && <Alert banner closable={{ onClose: secondWindow.blocked.forget }} type="warning" title={text.blocked} className="viewer-blocked" />}</div>
      {!secondWindow.isHere() && <Button className="viewer-move" type="text" icon={<ExportOutlined />} title={text.newWindow} aria-label={text.newWindow} onClick={() => void move()} />}
    </header>
  )
}
