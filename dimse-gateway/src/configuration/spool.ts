/** How much of the disk received objects may take. */
import Type, { type Static } from 'typebox'

const mebibytes = 1024 ** 2
const gibibytes = 1024 ** 3

export const SpoolSchema = Type.Object({
  quotaBytes: Type.Optional(Type.Integer({ minimum: 100 * mebibytes, description: 'most that objects on this machine may take; as much as the disk has where absent' })),
  refuseAtFreeBytes: Type.Integer({ minimum: 0, default: 2 * gibibytes, description: 'free space of the disk below which objects are refused (0xA700), so that what is here can still be worked on' }),
}, { additionalProperties: false, default: {} })
export type SpoolSettings = Static<typeof SpoolSchema>
