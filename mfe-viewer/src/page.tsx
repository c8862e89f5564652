import { ArrowLeftOutlined, ExportOutlined } from '@ant-design/icons'
import { session } from '@isocenter/api-client'
import { EmptyState, FailedState, navigate, useLocation, useStore, useTitle, useWords } from '@isocenter/design-system'
import { Button, Spin } from 'antd'
import { useEffect } from 'react'
import { shownBy } from './places.ts'
import { viewerFrame } from './viewer-frame.ts'
import { words } from './words.ts'

/** The viewer's page. */
export function ViewerPage() {
  const text = useWords(words)
  const { path, search } = useLocation()
  const shown = shownBy(path, search)
  useTitle(text.title)
  if (shown === undefined) return <EmptyState title={text.nothing}>{text.nothingDetail}</EmptyState>
  return <Viewer organisationId={shown.organisationId} studies={shown.StudyInstanceUIDs.join()} />
}

/** A bar to leave it by, and the viewer below. `studies`: StudyInstanceUIDs, parted by commas. */
function Viewer({ organisationId, studies }: { readonly organisationId: string; readonly studies: string }) {
  const text = useWords(words)
  const state = useStore(viewerFrame)
  useEffect(() => {
    viewerFrame.show({ organisationId, StudyInstanceUIDs: studies.split(',') }, text.title)
    return viewerFrame.hide
  }, [organisationId, studies, text.title])
  useEffect(() => { if (state.kind === 'refused' && state.status === 401) void session.refresh() }, [state])

  return (
    <div className="viewer-page">
      <header className="viewer-bar">
        <Button type="text" icon={<ArrowLeftOutlined />} onClick={() => { if (history.length > 1) history.back(); else navigate(`/o/${organisationId}/home`) }}>{text.back}</Button>
        {state.kind === 'loading' && <span role="status" className="viewer-status"><Spin size="small" /> {text.opening}</span>}
        <Button type="text" icon={<ExportOutlined />} title={text.newWindow} aria-label={text.newWindow} onClick={() => { open(location.href, '_blank', 'popup') }} />
      </header>
      <div className="viewer-place">
        {state.kind === 'refused' && <div className="viewer-refused"><FailedState detail={text.refusedDetail} onRetry={viewerFrame.reload} /></div>}
      </div>
    </div>
  )
}
