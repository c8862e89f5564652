import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import type { ControlApp } from '../typed-routes.ts'
import { CloudState } from '../wire/state.ts'

const Enrolment = Type.Object({
  url: Type.String({ pattern: '^https?://[^/?#\\s]+/?$', maxLength: 2048 }),
  uploadCode: Type.String({ minLength: 1, maxLength: 200 }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  proxy: Type.Optional(Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 2048 })),
  certificateAuthority: Type.Optional(Type.String({ maxLength: 200_000 })),
}, { additionalProperties: false })

/** Which organisation's cloud the gateway belongs to. */
export function cloudRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.post('/cloud/enrolment', { schema: { body: Enrolment, response: { 201: CloudState } } }, async ({ body }, reply) =>
    reply.code(201).send(await control.enrol({ ...body, url: body.url.replace(/\/$/, ''), uploadCode: body.uploadCode.trim() })))

  app.delete('/cloud/enrolment', async (_request, reply) => {
    await control.leaveCloud()
    return reply.code(204).send()
  })
}
