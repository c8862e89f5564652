/** Which objects go to which nodes. */
import Type, { type Static } from 'typebox'
import { HoursSchema } from './hours.ts'

const anyOf = (description: string) => Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 200, description }))

/** An object is meant when every condition that is there holds; conditions list alternatives. */
export const RuleSchema = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  when: Type.Object({
    callingAETitles: anyOf('AE titles of senders'),
    calledAETitles: anyOf('AE titles the sender called us by'),
    modalities: anyOf('Modality (0008,0060)'),
    SOPClassUIDs: anyOf('SOP classes'),
    hours: Type.Optional(Type.Array(HoursSchema, { minItems: 1, maxItems: 20, description: 'when the object was received' })),
  }, { additionalProperties: false }),
  to: Type.Array(Type.String(), { maxItems: 100, description: 'ids of nodes; none: the object is kept and sent nowhere' }),
  urgent: Type.Boolean({ default: false, description: 'before everything that is not' }),
}, { additionalProperties: false })
export type Rule = Static<typeof RuleSchema>
