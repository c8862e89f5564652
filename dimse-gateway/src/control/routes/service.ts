import type { GatewayControl } from '../actions.ts'
import type { ControlApp } from '../typed-routes.ts'
import { GatewayState } from '../wire/state.ts'

/** The gateway at a glance, and its DICOM service on and off. */
export function serviceRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/state', { schema: { response: { 200: GatewayState } } }, () => control.state())
  app.post('/service/start', async (_request, reply) => {
    await control.startService()
    return reply.code(204).send()
  })
  app.post('/service/stop', async (_request, reply) => {
    await control.stopService()
    return reply.code(204).send()
  })
}
