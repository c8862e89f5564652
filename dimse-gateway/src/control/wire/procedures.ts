import { Type, type Static } from 'typebox'

const Time = Type.String({ description: 'ISO 8601 with offset' })

/** One message of a modality on a procedure step (PS3.4 Annex F), and what became of it on its way to the server. */
export const PerformedStepRecord = Type.Object({
  id: Type.Integer(),
  SOPInstanceUID: Type.String(),
  operation: Type.Union([Type.Literal('create'), Type.Literal('set')]),
  callingAETitle: Type.String(),
  receivedAt: Time,
  /** PerformedProcedureStepStatus (0040,0252), where the message held one. */
  PerformedProcedureStepStatus: Type.Optional(Type.String()),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('sent'), Type.Literal('refused')]),
  /** The modality was told that it is taken, and the server has not got it: nobody knows unless a person looks. */
  needsPerson: Type.Boolean(),
  settledAt: Type.Optional(Time),
  reason: Type.Optional(Type.String()),
})
export type PerformedStepRecord = Static<typeof PerformedStepRecord>

/** What a person has seen. */
export const Seen = Type.Object({ ids: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 500 }) }, { additionalProperties: false })
export type Seen = Static<typeof Seen>

/** One request for storage commitment (PS3.4 Annex J), and whether its requestor was told. */
export const CommitmentRecord = Type.Object({
  id: Type.Integer(),
  TransactionUID: Type.String(),
  callingAETitle: Type.String(),
  requestedAt: Time,
  instances: Type.Integer({ minimum: 0 }),
  committed: Type.Optional(Type.Integer({ minimum: 0 })),
  failed: Type.Optional(Type.Integer({ minimum: 0 })),
  state: Type.Union([Type.Literal('verifying'), Type.Literal('reporting'), Type.Literal('reported'), Type.Literal('unreported')]),
  /** Its requestor was never told, and nobody knows unless a person looks. */
  needsPerson: Type.Boolean(),
  settledAt: Type.Optional(Time),
  reason: Type.Optional(Type.String()),
})
export type CommitmentRecord = Static<typeof CommitmentRecord>
