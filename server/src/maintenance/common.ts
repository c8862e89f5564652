/** What the services of data maintenance have in common. */
import { Type } from 'typebox'
import { canComeBackSql } from '../catalogue/index.ts'
import type { Trx } from '../platform/db.ts'

export interface Page {
  readonly cursor: string | undefined
  readonly limit: number
}

/** Where a page goes on: behind a moment, `exactly`, and an id. */
export const Position = Type.Tuple([Type.String({ pattern: '^[0-9T:.Z-]{20,30}$' }), Type.String({ pattern: '^[0-9a-f-]{36}$' })])

/**
 * Forgets what people have added to a study once nothing of it is left that could come back: its UID is free for whoever comes. What was held apart from it was never in it.
 * Files' bytes go with the next sweep.
 */
export async function forgetPurgedStudy(trx: Trx, organisationId: string, StudyInstanceUID: string): Promise<void> {
  const place = { organisation_id: organisationId, study_instance_uid: StudyInstanceUID }
  const left = await trx('study').where(place).first<object | undefined>('study_key') ?? await trx('deleted_study').where(place).whereRaw(canComeBackSql).first<object | undefined>('deleted_study_id')
  if (left !== undefined) return
  for (const table of ['attachment', 'study_correction', 'hidden_series', 'film_item', 'related_study']) await trx(table).where(place).delete()
  await trx('related_study').where({ organisation_id: organisationId, related_study_instance_uid: StudyInstanceUID }).delete()
  await trx('favourite').where({ organisation_id: organisationId, kind: 'study', target: StudyInstanceUID }).delete()
  await trx('share_link_study').where({ study_instance_uid: StudyInstanceUID }).whereIn('link_key', trx('share_link').where({ organisation_id: organisationId }).select('link_key')).delete()
}
