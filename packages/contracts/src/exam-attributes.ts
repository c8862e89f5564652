/** What a hospital calls its kinds of devices, and which DICOM modalities each of them stands for (ADM-08, D-11). */
import { Type, type Static } from 'typebox'

const Code = Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$', description: 'MR, CT, DR, DX, US or a code of the hospital’s own' })

/** Most types a hospital adds to the basic ones. */
export const maxDeviceTypes = 200

/**
 * Every hospital has these; they are not changed and cannot be removed. DR is no modality (PS3.3 §C.7.3.1.1.1): it is whatever a plain X-ray is coded as, and DX digital
 * radiography alone.
 */
export const basicDeviceTypes = [
  { code: 'MR', modalities: ['MR'] },
  { code: 'CT', modalities: ['CT'] },
  { code: 'DR', modalities: ['CR', 'DX', 'DR', 'RG'] },
  { code: 'DX', modalities: ['DX'] },
  { code: 'US', modalities: ['US'] },
] as const satisfies readonly { readonly code: string; readonly modalities: readonly string[] }[]

export const deviceTypeActions = ['edit', 'delete'] as const
export type DeviceTypeAction = typeof deviceTypeActions[number]

export const DeviceTypeParams = Type.Object({ code: Code })
export const DeviceType = Type.Object({
  code: Type.String(),
  name: Type.Optional(Type.String({ description: 'as the hospital calls it; the basic ones are called by their code' })),
  modalities: Type.Array(Type.String(), { description: 'Modality (0008,0060) of the series such a device makes' }),
  isBasic: Type.Boolean(),
  devices: Type.Integer({ description: 'how many devices are of it' }),
  version: Type.Integer(),
  actions: Type.Array(Type.Enum([...deviceTypeActions])),
})
export type DeviceType = Static<typeof DeviceType>
export const DeviceTypeList = Type.Object({ items: Type.Array(DeviceType) })
export type DeviceTypeList = Static<typeof DeviceTypeList>

const Name = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' })
const Modalities = Type.Array(Code, { minItems: 1, maxItems: 20, uniqueItems: true })
export const DeviceTypeRequest = Type.Object({ code: Code, name: Name, modalities: Modalities }, { additionalProperties: false })
export type DeviceTypeRequest = Static<typeof DeviceTypeRequest>
export const DeviceTypePatch = Type.Object({ name: Type.Optional(Name), modalities: Type.Optional(Modalities) }, { additionalProperties: false })
export type DeviceTypePatch = Static<typeof DeviceTypePatch>
