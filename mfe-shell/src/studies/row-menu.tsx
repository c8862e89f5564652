import { CopyOutlined, DeleteOutlined, DownloadOutlined, EllipsisOutlined, EyeOutlined, LockOutlined, PrinterOutlined, ProfileOutlined, ShareAltOutlined, StarFilled, StarOutlined, UnlockOutlined, UserAddOutlined } from '@ant-design/icons'
import type { StudyAction, StudySummary } from '@isocenter/contracts'
import { navigate, useLanguage } from '@isocenter/design-system'
import { Button, Dropdown } from 'antd'
import { useMembership } from '../session/use-session.ts'
import { writtenName } from './row-text.ts'
import type { StudyActions } from './study-actions.ts'
import { useStudyWords } from './words.ts'

interface RowMenuProps {
  readonly study: StudySummary
  readonly actions: StudyActions
  readonly onDetail: (study: StudySummary) => void
  readonly onDelete: (study: StudySummary) => void
  readonly onShare: (studies: readonly StudySummary[]) => void
  readonly onShareColleague: (study: StudySummary) => void
  readonly onDownload: (studies: readonly StudySummary[]) => void
}

/** What may be done with one study now, as the server says (LIST-11). */
export function RowMenu({ study, actions, onDetail, onDelete, onShare, onShareColleague, onDownload }: RowMenuProps) {
  const words = useStudyWords()
  const { language } = useLanguage()
  const membership = useMembership()
  const may = (action: StudyAction) => study.actions.includes(action)
  const items = [
    { key: 'open', icon: <EyeOutlined aria-hidden />, label: words.open, onClick: () => { actions.open([study.StudyInstanceUID]) } },
    { key: 'detail', icon: <ProfileOutlined aria-hidden />, label: words.detail, onClick: () => { onDetail(study) } },
    ...(may('lock') ? [{ key: 'lock', icon: <LockOutlined aria-hidden />, label: words.lock, onClick: () => void actions.lock(study) }] : []),
    ...(may('unlock') ? [{ key: 'unlock', icon: <UnlockOutlined aria-hidden />, label: words.unlock, onClick: () => void actions.unlock(study) }] : []),
    ...(may('addFavourite') ? [{ key: 'mark', icon: <StarOutlined aria-hidden />, label: words.addFavourite, onClick: () => void actions.mark(study, true) }] : []),
    ...(may('removeFavourite') ? [{ key: 'unmark', icon: <StarFilled aria-hidden />, label: words.removeFavourite, onClick: () => void actions.mark(study, false) }] : []),
    ...(may('download') ? [{ key: 'download', icon: <DownloadOutlined aria-hidden />, label: words.download, onClick: () => { onDownload([study]) } }] : []),
    ...(may('share') ? [{ key: 'share', icon: <ShareAltOutlined aria-hidden />, label: words.share, onClick: () => { onShare([study]) } }] : []),
    ...(may('shareColleague') ? [{ key: 'colleague', icon: <UserAddOutlined aria-hidden />, label: words.colleague.share, onClick: () => { onShareColleague(study) } }] : []),
    ...(membership?.permissions.includes('study.print_film') === true ? [{ key: 'prints', icon: <PrinterOutlined aria-hidden />, label: words.prints, onClick: () => { navigate(`/o/${membership.organisation.organisationId}/film?tab=history&study=${study.StudyInstanceUID}`) } }] : []),
    { key: 'copy', icon: <CopyOutlined aria-hidden />, label: words.copyLink, onClick: () => void actions.copyLink(study) },
    ...(may('delete') ? [{ type: 'divider' as const, key: 'line' }, { key: 'delete', danger: true, icon: <DeleteOutlined aria-hidden />, label: words.remove, onClick: () => { onDelete(study) } }] : []),
  ]
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" size="small" icon={<EllipsisOutlined aria-hidden />} aria-label={words.moreOf(writtenName(study, language, words))} aria-haspopup="menu" />
    </Dropdown>
  )
}
