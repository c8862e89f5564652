/** Notices that nothing more comes of a study. */
import type { Clock } from '../platform/clock.ts'
import type { Statements } from '../platform/statements.ts'

export interface CompleteStudy {
  readonly StudyInstanceUID: string
  readonly instances: number
  readonly bytes: number
}

export interface StudyWatchOptions {
  readonly statements: Statements
  readonly clock: Clock
  readonly quietSeconds: () => number
  /** Whether somebody of this AE title has an association open: as long as it does, more may come. */
  readonly isSenderPresent: (callingAETitle: string) => boolean
  readonly onComplete: (study: CompleteStudy) => void
}

/** Studies looked at in one go. */
const page = 500

/**
 * Marks studies complete of which nothing has come for the time set and whose last sender is gone, and tells of each. A study
 * that gets another object later is open again, and completes again.
 */
export async function completeStudies({ statements, clock, quietSeconds, isSenderPresent, onComplete }: StudyWatchOptions): Promise<void> {
  const now = clock().getTime()
  const quietSince = now - quietSeconds() * 1000
  const quiet = statements.all<CompleteStudy & { readonly studyId: number; readonly callingAETitle: string }>(`
    SELECT study_id AS studyId, study_instance_uid AS StudyInstanceUID, calling_ae_title AS callingAETitle, instances, bytes
    FROM forward_study WHERE completed_at IS NULL AND last_received_at <= ? ORDER BY last_received_at DESC LIMIT ?`, quietSince, page)
  const over = quiet.filter(({ callingAETitle }) => !isSenderPresent(callingAETitle))
  if (over.length === 0) return
  const completed = await statements.write((transaction) => over.filter(({ studyId }) =>
    // Something may have come since.
    transaction.run('UPDATE forward_study SET completed_at = ? WHERE study_id = ? AND completed_at IS NULL AND last_received_at <= ?', now, studyId, quietSince).changes > 0))
  for (const { StudyInstanceUID, instances, bytes } of completed) onComplete({ StudyInstanceUID, instances, bytes })
}
