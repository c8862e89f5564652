import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import type { ControlApp } from '../typed-routes.ts'
import { CommitmentRecord, PerformedStepRecord, Seen } from '../wire/procedures.ts'

const Newest = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }) }, { additionalProperties: false })
const HowMany = Type.Object({ seen: Type.Integer({ minimum: 0 }) })

/** What modalities told of procedure steps and asked to be committed to. */
export function procedureRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/performed-steps', { schema: { querystring: Newest, response: { 200: Type.Array(PerformedStepRecord) } } }, async ({ query }) => [...await control.performedSteps(query.limit)])
  app.get('/commitments', { schema: { querystring: Newest, response: { 200: Type.Array(CommitmentRecord) } } }, async ({ query }) => [...await control.commitments(query.limit)])
  app.post('/performed-steps/seen', { schema: { body: Seen, response: { 200: HowMany } } }, ({ body }) => control.acknowledgePerformedSteps(body.ids))
  app.post('/commitments/seen', { schema: { body: Seen, response: { 200: HowMany } } }, ({ body }) => control.acknowledgeCommitments(body.ids))
}
