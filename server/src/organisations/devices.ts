/** Devices of a hospital, and the members who are told of what they make. A binding is no restriction of access. */
import { type Device, type DevicePage, type DevicePatch, type DeviceRequest } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { assertVersion, given, lockOwn, note, orNull, withOwnName } from './common.ts'
import { followArrivals } from './device-arrivals.ts'
import { assertDeviceType } from './device-types.ts'
import { noSuchDevice, noSuchMember } from './problems.ts'

export interface Devices {
  /** By number. */
  readonly list: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<DevicePage>
  /** @throws noSuchDevice 404 */
  readonly find: (access: Access, deviceId: string) => Promise<Device>
  /** @throws wrongOrganisationKind 409, nameTaken 409, noSuchDeviceType 422, noSuchMember 404 */
  readonly create: (access: Access, request: DeviceRequest) => Promise<Device>
  /** Studies that are stored keep the type they came with. @throws noSuchDevice 404, changedMeanwhile 412, nameTaken 409, noSuchDeviceType 422, noSuchMember 404 */
  readonly change: (access: Access, deviceId: string, patch: DevicePatch, version: number | undefined) => Promise<Device>
}

interface DeviceRow {
  readonly device_id: string
  readonly number: number
  readonly name: string
  readonly type: string
  readonly ae_title: string | null
  readonly station_name: string | null
  readonly version: number
  readonly created_at: Date
  readonly last_seen_at: Date | null
  readonly members: { membershipId: string; name: string; boundAt: string }[]
}

const Position = Type.Tuple([Type.Integer()])

function devices(db: Db, organisationId: string) {
  return db('device').where('device.organisation_id', organisationId).whereNull('device.deleted_at').select<DeviceRow[]>('device.*', db.raw(`(
    select coalesce(json_agg(json_build_object(
      'membershipId', membership_id, 'name', account.name, 'boundAt', to_char(bound_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ) order by account.name, membership_id), '[]')
    from device_member join membership using (membership_id) join account using (account_id) where device_member.device_id = device.device_id) as members`))
}

const toDevice = (row: DeviceRow): Device => ({
  deviceId: row.device_id, number: row.number, name: row.name, type: row.type, createdAt: row.created_at.toISOString(), members: row.members, version: row.version,
  ...(row.ae_title === null ? {} : { aeTitle: row.ae_title }), ...(row.station_name === null ? {} : { stationName: row.station_name }),
  ...(row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at.toISOString() }),
})

export function createDevices({ db }: { readonly db: Db }): Devices {
  const find = async (db: Db, access: Access, deviceId: string): Promise<Device> => {
    const [row] = await devices(db, access.organisationId).where('device.device_id', deviceId)
    if (row === undefined) throw noSuchDevice('No device of your organisation has this id.')
    return toDevice(row)
  }
  const columnsOf = ({ name, type, aeTitle, stationName }: DevicePatch) => given({
    name: name?.trim(), type: type?.trim(), ae_title: aeTitle === undefined ? undefined : orNull(aeTitle), station_name: stationName === undefined ? undefined : orNull(stationName),
  })
  /** Binds exactly these members; who was bound already stays so since then. */
  const bind = async (trx: Trx, { organisationId }: Access, deviceId: string, memberIds: readonly string[] | undefined): Promise<void> => {
    if (memberIds === undefined) return
    const found = await trx('membership').where({ organisation_id: organisationId }).whereNot({ state: 'removed' }).whereIn('membership_id', [...memberIds]).pluck<string[]>('membership_id')
    if (found.length !== memberIds.length) throw noSuchMember('"memberIds" names somebody who is no member of your organisation.')
    await trx('device_member').where({ device_id: deviceId }).whereNotIn('membership_id', [...memberIds]).delete()
    if (memberIds.length > 0) {
      await trx('device_member').insert(memberIds.map((membership_id) => ({ organisation_id: organisationId, device_id: deviceId, membership_id }))).onConflict(['device_id', 'membership_id']).ignore()
    }
  }

  return {
    find: (access, deviceId) => find(db, access, deviceId),

    list: async ({ organisationId }, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = devices(db, organisationId).orderBy('number').limit(limit + 1)
      if (after) void query.where('number', '>', after[0])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).map(toDevice), ...(last ? { next: encodeCursor([last.number]) } : {}) }
    },

    create: (access, request) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const own = { organisation_id: access.organisationId }
      await assertDeviceType(trx, access.organisationId, request.type.trim())
      const { highest } = await trx('device').where(own).max('number as highest').first<{ highest: number | null }>()
      const [row] = await withOwnName(trx, (trx) => trx('device').insert({ ...own, ...columnsOf(request), number: (highest ?? 0) + 1 }).returning<{ device_id: string }[]>('device_id'))
      const deviceId = String(row?.device_id)
      await followArrivals(trx, access.organisationId)
      await bind(trx, access, deviceId, request.memberIds)
      await note(trx, access, 'device.change', { deviceId, change: 'created' })
      return find(trx, access, deviceId)
    }),

    change: (access, deviceId, patch, version) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const before = await find(trx, access, deviceId)
      assertVersion(before.version, version)
      const type = patch.type?.trim()
      // A type of before there were lists of them is kept until another is chosen.
      if (type !== undefined && type !== before.type) await assertDeviceType(trx, access.organisationId, type)
      const columns = columnsOf(patch)
      const isOther = patch.stationName !== undefined && columns['station_name'] !== (before.stationName ?? null)
      await withOwnName(trx, (trx) => trx('device').where({ organisation_id: access.organisationId, device_id: deviceId })
        .update({ ...columns, ...(isOther && { station_since: trx.fn.now(), last_seen_at: null }), version: trx.raw('version + 1') }))
      await followArrivals(trx, access.organisationId)
      await bind(trx, access, deviceId, patch.memberIds)
      await note(trx, access, 'device.change', { deviceId, change: 'changed' })
      return find(trx, access, deviceId)
    }),
  }
}
