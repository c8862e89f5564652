/** Types of devices: the basic ones, which every hospital has, and those a hospital adds with the modalities they stand for (ADM-08). */
import { basicDeviceTypes, maxDeviceTypes, type DeviceType, type DeviceTypeList, type DeviceTypePatch, type DeviceTypeRequest } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { assertVersion, given, lockOwn, note, withOwnName } from './common.ts'
import { basicDeviceType, deviceTypeInUse, nameTaken, noSuchDeviceType, tooMany } from './problems.ts'

export interface DeviceTypes {
  /** The basic ones, then the hospital's own by code. */
  readonly list: (access: Access) => Promise<DeviceTypeList>
  /** @throws wrongOrganisationKind 409, nameTaken 409, tooMany 409 */
  readonly create: (access: Access, request: DeviceTypeRequest) => Promise<DeviceType>
  /** @throws noSuchDeviceType 422, basicDeviceType 409, changedMeanwhile 412, nameTaken 409 */
  readonly change: (access: Access, code: string, patch: DeviceTypePatch, version: number | undefined) => Promise<DeviceType>
  /** @throws noSuchDeviceType 422, basicDeviceType 409, deviceTypeInUse 409 */
  readonly remove: (access: Access, code: string) => Promise<void>
}

interface DeviceTypeRow {
  readonly code: string
  readonly name: string
  readonly modalities: string[]
  readonly version: number
}

const isBasic = (code: string): boolean => basicDeviceTypes.some((basic) => basic.code === code)

function assertOwn(code: string): void {
  if (isBasic(code)) throw basicDeviceType('Make a type of your own beside it.')
}

/** @throws noSuchDeviceType 422 */
export async function assertDeviceType(db: Db, organisationId: string, code: string): Promise<void> {
  if (isBasic(code) || await db('device_type').where({ organisation_id: organisationId, code }).first<object | undefined>('code') !== undefined) return
  throw noSuchDeviceType('Your hospital has no type of devices with this code.')
}

export function createDeviceTypes({ db }: { readonly db: Db }): DeviceTypes {
  const list = async (db: Db, { organisationId, permissions }: Access): Promise<DeviceType[]> => {
    const own = await db('device_type').where({ organisation_id: organisationId }).orderBy('code').select<DeviceTypeRow[]>('code', 'name', 'modalities', 'version')
    const counted = await db('device').where({ organisation_id: organisationId, deleted_at: null }).groupBy('type').select<{ type: string; count: string }[]>('type', db.raw('count(*)'))
    const withParts = new Set(await db('part_category').where({ organisation_id: organisationId }).distinct<{ device_type: string }[]>('device_type').then((found) => found.map(({ device_type }) => device_type)))
    const devicesOf = (code: string) => Number(counted.find(({ type }) => type === code)?.count ?? 0)
    const mayChange = permissions.has('admin.exam_attr')
    return [
      ...basicDeviceTypes.map(({ code, modalities }): DeviceType => ({ code, modalities: [...modalities], isBasic: true, devices: devicesOf(code), version: 1, actions: [] })),
      ...own.map((row): DeviceType => {
        const devices = devicesOf(row.code)
        return { ...row, isBasic: false, devices, actions: mayChange ? ['edit', ...(devices === 0 && !withParts.has(row.code) ? ['delete' as const] : [])] : [] }
      }),
    ]
  }
  const find = async (db: Db, access: Access, code: string): Promise<DeviceType> => {
    const found = (await list(db, access)).find((one) => one.code === code)
    if (found === undefined) throw noSuchDeviceType('Your hospital has no type of devices with this code.')
    return found
  }

  return {
    list: async (access) => ({ items: await list(db, access) }),

    create: (access, { code, name, modalities }) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      if (isBasic(code)) throw nameTaken('Every hospital has a type with this code.')
      const own = { organisation_id: access.organisationId }
      const { count } = await trx('device_type').where(own).count().first<{ count: string }>()
      if (Number(count) >= maxDeviceTypes) throw tooMany(`A hospital has at most ${maxDeviceTypes} types of its own.`)
      await withOwnName(trx, (trx) => trx('device_type').insert({ ...own, code, name: name.trim(), modalities }))
      await note(trx, access, 'device.change', { deviceType: code, change: 'created' })
      return find(trx, access, code)
    }),

    change: (access, code, { name, modalities }, version) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      assertOwn(code)
      assertVersion((await find(trx, access, code)).version, version)
      await withOwnName(trx, (trx) => trx('device_type').where({ organisation_id: access.organisationId, code }).update({ ...given({ name: name?.trim(), modalities }), version: trx.raw('version + 1') }))
      await note(trx, access, 'device.change', { deviceType: code, change: 'changed' })
      return find(trx, access, code)
    }),

    remove: (access, code) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      assertOwn(code)
      const { devices } = await find(trx, access, code)
      if (devices > 0) throw deviceTypeInUse('Give its devices another type first.', { devices })
      const { count } = await trx('part_category').where({ organisation_id: access.organisationId, device_type: code }).count().first<{ count: string }>()
      if (Number(count) > 0) throw deviceTypeInUse('Delete its categories of body parts first.', { devices, partCategories: Number(count) })
      await trx('device_type').where({ organisation_id: access.organisationId, code }).delete()
      await note(trx, access, 'device.change', { deviceType: code, change: 'deleted' })
    }),
  }
}

/** Codes of types as the modalities they stand for, where they are the hospital's own; all others as they are. */
export async function inModalities(db: Db, organisationId: string, codes: readonly string[]): Promise<string[]> {
  const others = codes.filter((code) => !isBasic(code))
  if (others.length === 0) return [...codes]
  const own = await db('device_type').where({ organisation_id: organisationId }).whereIn('code', others).select<Pick<DeviceTypeRow, 'code' | 'modalities'>[]>('code', 'modalities')
  return [...new Set(codes.flatMap((code) => own.find((type) => type.code === code)?.modalities ?? [code]))]
}
