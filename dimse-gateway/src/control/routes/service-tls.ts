import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import type { ControlApp } from '../typed-routes.ts'

const PEM = Type.String({ maxLength: 200_000 })
const ServiceTlsBody = Type.Object({
  certificate: PEM,
  key: Type.Optional(PEM),
  certificateAuthority: Type.Optional(PEM),
  requireClientCertificate: Type.Boolean(),
}, { additionalProperties: false })

/** The certificate that modalities are served with. Its private key comes in here and goes out nowhere. */
export function serviceTlsRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.put('/service/tls', { schema: { body: ServiceTlsBody } }, async ({ body }, reply) => {
    await control.setServiceTls(body)
    return reply.code(204).send()
  })
  app.delete('/service/tls', async (_request, reply) => {
    await control.setServiceTls(undefined)
    return reply.code(204).send()
  })
}
