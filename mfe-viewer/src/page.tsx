import { ArrowLeftOutlined, ExportOutlined } from '@ant-design/icons'
import { session } from '@isocenter/api-client'
import { EmptyState, FailedState, navigate, useLocation, useStore, useTitle, useWords } from '@isocenter/design-system'
import { Button, Spin } from 'antd'
import { useEffect, useRef } from 'react'
import { shownBy } from './places.ts'
import { viewerFrame } from './viewer-frame.ts'
import { words } from './words.ts'

/** The viewer's page: a bar to leave it by, and the viewer below. */
export function ViewerPage() {
  const text = useWords(words)
  const { path, search } = useLocation()
  const shown = shownBy(path, search)
  const state = useStore(viewerFrame)
  const place = useRef<HTMLDivElement>(null)
  const asked = shown === undefined ? '' : `${shown.organisationId}:${shown.StudyInstanceUIDs.join()}`
  useTitle(text.title)
  useEffect(() => {
    if (shown !== undefined && place.current !== null) viewerFrame.show(place.current, shown, text.title)
    return viewerFrame.hide
    // Only what is asked for counts, not the object it stands in.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asked, text.title])
  useEffect(() => { if (state.kind === 'refused' && state.status === 401) void session.refresh() }, [state])

  if (shown === undefined) return <EmptyState title={text.nothing}>{text.nothingDetail}</EmptyState>
  return (
    <div className="viewer-page">
      <header className="viewer-bar">
        <Button type="text" icon={<ArrowLeftOutlined />} onClick={() => { if (history.length > 1) history.back(); else navigate(`/o/${shown.organisationId}/home`) }}>{text.back}</Button>
        {state.kind === 'loading' && <span role="status" className="viewer-status"><Spin size="small" /> {text.opening}</span>}
        <Button type="text" icon={<ExportOutlined />} title={text.newWindow} aria-label={text.newWindow} onClick={() => { open(location.href, '_blank', 'popup') }} />
      </header>
      <div ref={place} className="viewer-place">
        {state.kind === 'refused' && <div className="viewer-refused"><FailedState detail={text.refusedDetail} onRetry={viewerFrame.reload} /></div>}
      </div>
    </div>
  )
}
