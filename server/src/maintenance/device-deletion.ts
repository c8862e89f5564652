/** Deleting a device with what it made: hidden at once, its studies one by one in the background, each of which can be restored. */
import type { DeviceDeletion, DeviceDeletionPreview } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { studyLocked, type Catalogue } from '../catalogue/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { noSuchDevice } from '../organisations/index.ts'
import { countDiffers, deviceHasLockedStudies } from './problems.ts'

export interface DeviceDeletions {
  /** @throws noSuchDevice 404 */
  readonly preview: (access: Access, deviceId: string) => Promise<DeviceDeletionPreview>
  /** @throws noSuchDevice 404, deviceHasLockedStudies 409, countDiffers 409 where another number of studies than was confirmed would go */
  readonly delete: (access: Access, deviceId: string, deletion: DeviceDeletion) => Promise<{ instances: number }>
  /** Goes on with deletions that have begun. */
  readonly finish: (signal?: AbortSignal) => Promise<void>
}

interface DeviceRow {
  readonly device_id: string
  readonly organisation_id: string
  readonly station_name: string | null
  readonly deleted_by: string | null
  readonly deletion_reason: string | null
}

const studiesAtOnce = 50

/** Series say which station made them (StationName); an AE title is no part of what is stored. */
const ofStation = `series.organisation_id = ? and series.more_attributes::jsonb #>> '{00081010,Value,0}' = ?`

export function createDeviceDeletions({ db, catalogue, now }: { readonly db: Db; readonly catalogue: Pick<Catalogue, 'delete'>; readonly now: () => Date }): DeviceDeletions {
  const preview = async (handle: Db, access: Access, deviceId: string): Promise<DeviceDeletionPreview> => {
    const device = await handle('device').where({ organisation_id: access.organisationId, device_id: deviceId, deleted_at: null }).first<DeviceRow | undefined>()
    if (device === undefined) throw noSuchDevice('No device of your organisation has this id.')
    if (device.station_name === null) return { studies: 0, instances: 0, locked: 0, isMatchedBy: [] }
    const [counted] = await rows<{ studies: number; instances: string; locked: number }>(handle, `
      with made as (
        select study_key, sum(number_of_series_related_instances) as instances from series where ${ofStation} group by study_key
      )
      select count(*)::integer as studies, coalesce(sum(instances), 0) as instances,
        count(*) filter (where exists (select from study_lock where study_lock.organisation_id = study.organisation_id and study_lock.study_instance_uid = study.study_instance_uid))::integer as locked
      from made join study using (study_key)`, [access.organisationId, device.station_name])
    return { studies: counted?.studies ?? 0, instances: Number(counted?.instances ?? 0), locked: counted?.locked ?? 0, isMatchedBy: ['stationName'] }
  }

  /** Deletes some of what a device has made; false when nothing is left of it but what is locked by now. */
  const deleteSome = async (device: DeviceRow, skipped: Set<string>): Promise<boolean> => {
    const series = await rows<{ study_instance_uid: string; series_instance_uid: string; is_all: boolean }>(db, `
      with chosen as (
        select distinct study_key from series join study using (study_key) where ${ofStation} and study_instance_uid <> all(?::text[]) limit ?
      )
      select * from (
        select study_instance_uid, series_instance_uid, made, bool_and(made) over (partition by study_key) as is_all
        from (select study_key, series_instance_uid, coalesce(series.more_attributes::jsonb #>> '{00081010,Value,0}' = ?, false) as made from series join chosen using (study_key)) as every join study using (study_key)
      ) as theirs where made`, [device.organisation_id, device.station_name, [...skipped], studiesAtOnce, device.station_name])
    const [kind = 'command', ...id] = (device.deleted_by ?? 'command:maintenance').split(':')
    const access: Access = { actor: { kind: kind as Access['actor']['kind'], id: id.join(':') }, organisationId: device.organisation_id, permissions: new Set(), studies: 'all' }
    const note = { deviceId: device.device_id, reason: device.deletion_reason ?? undefined }
    for (const [StudyInstanceUID, ofStudy] of Map.groupBy(series, (row) => row.study_instance_uid)) {
      try {
        // A study that other devices had a part in keeps theirs.
        if (ofStudy[0]?.is_all) await catalogue.delete(access, { StudyInstanceUID }, note)
        else for (const row of ofStudy) await catalogue.delete(access, { StudyInstanceUID, SeriesInstanceUID: row.series_instance_uid }, note)
      } catch (error) {
        if (!(error instanceof ProblemError) || error.kind.type !== studyLocked.kind.type) throw error
        skipped.add(StudyInstanceUID)
      }
    }
    return series.length > 0
  }

  return {
    preview: (access, deviceId) => preview(db, access, deviceId),

    delete: (access, deviceId, { reason, studies }) => db.transaction(async (trx) => {
      await trx('device').where({ organisation_id: access.organisationId, device_id: deviceId }).forUpdate().first()
      const found = await preview(trx, access, deviceId)
      if (found.locked > 0) throw deviceHasLockedStudies('Unlock them first.', { locked: found.locked })
      if (found.studies !== studies) throw countDiffers('Look again at what would be deleted.', { studies: found.studies })
      await trx('device').where({ organisation_id: access.organisationId, device_id: deviceId })
        .update({ deleted_at: now(), deleted_by: actorOf(access), deletion_reason: reason, is_deleting: found.studies > 0, version: trx.raw('version + 1') })
      await record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'device.delete', outcome: 'success', detail: { deviceId, studies: found.studies, instances: found.instances, reason } }])
      return { instances: found.instances }
    }),

    finish: async (signal) => {
      for (const device of await db('device').where({ is_deleting: true }).select<DeviceRow[]>()) {
        const skipped = new Set<string>()
        while (device.station_name !== null && await deleteSome(device, skipped)) if (signal?.aborted) return
        await db('device').where({ device_id: device.device_id }).update({ is_deleting: false })
      }
    },
  }
}
