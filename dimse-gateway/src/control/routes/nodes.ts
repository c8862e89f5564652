import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { NodeTlsSchema, type Node } from '../../configuration/nodes.ts'
import type { GatewayControl } from '../actions.ts'
import { editConfiguration } from '../edit-configuration.ts'
import { noSuchNode } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'
import { untilGone } from '../until-gone.ts'
import { NodeTest, Removal } from '../wire/state.ts'

const ById = Type.Object({ nodeId: Type.String({ maxLength: 64 }) })
const PEM = Type.String({ maxLength: 200_000 })
/** The node's form is checked where all settings are; `id` comes from the path, or from us. `secrets` come in here and go out nowhere. */
const NodeBody = Type.Object({
  kind: Type.String(),
  name: Type.String(),
  tls: Type.Optional(NodeTlsSchema),
  authorization: Type.Optional(Type.Object({ scheme: Type.String() })),
  secrets: Type.Optional(Type.Object({ credential: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 })), key: Type.Optional(PEM) }, { additionalProperties: false })),
})

/** Where objects are forwarded to: the list, the line to each, and whether it is used. */
export function nodeRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/nodes', async () => control.configuration().nodes)

  app.post('/nodes', { schema: { body: NodeBody } }, async ({ body }, reply) => {
    const id = randomUUID()
    const { secrets = {}, ...node } = body
    const { nodes } = await control.addNode({ ...node, id }, secrets)
    return reply.code(201).header('location', `/api/nodes/${id}`).send(nodes.find((node) => node.id === id))
  })

  app.put('/nodes/:nodeId', { schema: { params: ById, body: NodeBody } }, async ({ params, body }) => {
    const { secrets = {}, ...node } = body
    const { nodes } = await control.replaceNode({ ...node, id: params.nodeId }, secrets)
    return nodeOf(nodes, params.nodeId)
  })

  app.delete('/nodes/:nodeId', { schema: { params: ById, querystring: Removal } }, async ({ params, query }, reply) => {
    await editConfiguration(control, ({ nodes, rules }) => {
      nodeOf(nodes, params.nodeId)
      // A rule left without any node would keep objects here and send them nowhere, which nobody asked for.
      const remaining = rules.map((rule) => ({ ...rule, to: rule.to.filter((id) => id !== params.nodeId) }))
      return {
        nodes: nodes.filter(({ id }) => id !== params.nodeId),
        rules: remaining.filter((rule, index) => rule.to.length > 0 || rules[index]?.to.length === 0),
      }
    }, query)
    return reply.code(204).send()
  })

  app.post('/nodes/:nodeId/pause', { schema: { params: ById } }, async ({ params }, reply) => {
    await control.pauseNode(params.nodeId)
    return reply.code(204).send()
  })

  app.post('/nodes/:nodeId/resume', { schema: { params: ById } }, async ({ params }, reply) => {
    await control.resumeNode(params.nodeId)
    return reply.code(204).send()
  })

  app.post('/nodes/:nodeId/test', { schema: { params: ById, response: { 200: NodeTest } } }, ({ params }, reply) => control.testNode(params.nodeId, untilGone(reply)))
}

function nodeOf(nodes: readonly Node[], nodeId: string): Node {
  const node = nodes.find(({ id }) => id === nodeId)
  if (!node) throw noSuchNode('No node has this id.')
  return node
}
