/** How long objects and records stay. An object that has not arrived at every node it is meant for is never deleted. */
import Type, { type Static } from 'typebox'

export const RetentionSchema = Type.Object({
  deleteDaysAfterArrival: Type.Optional(Type.Number({ minimum: 0, maximum: 3650, description: 'days an object stays after its arrival at every node; until space runs out where absent' })),
  deleteAtFreeBytes: Type.Optional(Type.Integer({ minimum: 0, description: 'free space of the disk below which arrived objects go, oldest first; twice `spool.refuseAtFreeBytes` where it is absent' })),
  recordDays: Type.Integer({ minimum: 1, maximum: 36_500, default: 400, description: 'days records stay after their object has gone' }),
  studyCompleteAfterSeconds: Type.Integer({ minimum: 1, maximum: 86_400, default: 60, description: 'a study is complete when nothing of it came for so long and its sender is gone' }),
}, { additionalProperties: false })
export type Retention = Static<typeof RetentionSchema>
