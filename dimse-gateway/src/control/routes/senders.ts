import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import { editConfiguration } from '../edit-configuration.ts'
import { noSuchPeer } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'
import { UnknownSender } from '../wire/records.ts'

const PeerBody = Type.Object({ aeTitle: Type.String() })
const WhichPeer = Type.Object({ aeTitle: Type.String({ maxLength: 16 }), address: Type.Optional(Type.String({ maxLength: 253 })) })

/** Who may send (the accept list), and who tried without being on it. */
export function senderRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/peers', async () => control.configuration().service.peers)

  app.post('/peers', { schema: { body: PeerBody } }, async ({ body }, reply) => {
    const { service } = await control.addPeer(body)
    return reply.code(201).send(service.peers)
  })

  app.delete('/peers', { schema: { querystring: WhichPeer } }, async ({ query }, reply) => {
    await editConfiguration(control, ({ service }) => {
      const peers = service.peers.filter(({ aeTitle, address }) => aeTitle !== query.aeTitle || address !== query.address)
      if (peers.length === service.peers.length) throw noSuchPeer('Nobody of this AE title and address is on the accept list.')
      return { service: { ...service, peers } }
    })
    return reply.code(204).send()
  })

  app.get('/unknown-senders', { schema: { response: { 200: Type.Array(UnknownSender) } } }, async () => [...await control.unknownSenders()])

  app.delete('/unknown-senders', async (_request, reply) => {
    await control.forgetUnknownSenders()
    return reply.code(204).send()
  })
}
