import { Type, type Static } from 'typebox'

/** What every refusal and failure answers (RFC 9457); kinds are listed in docs/problems.md. Open: a kind may have further members. */
export const Problem = Type.Object({
  type: Type.String({ description: 'kind of problem, stable between releases' }),
  status: Type.Integer(),
  title: Type.String({ description: 'the kind in words' }),
  detail: Type.Optional(Type.String({ description: 'this occurrence in words' })),
  instance: Type.Optional(Type.String({ description: 'id of the request, as the log has it' })),
}, { additionalProperties: true, description: 'Problem details (RFC 9457)' })
export type Problem = Static<typeof Problem>
