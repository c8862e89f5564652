import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Rule } from '../../configuration/rules.ts'
import type { GatewayControl } from '../actions.ts'
import { editConfiguration } from '../edit-configuration.ts'
import { noSuchRule } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'

const ById = Type.Object({ ruleId: Type.String({ maxLength: 64 }) })
const RuleBody = Type.Object({ name: Type.String(), when: Type.Unknown(), to: Type.Unknown() })

/** Which objects go to which nodes. */
export function ruleRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/rules', async () => control.configuration().rules)

  app.post('/rules', { schema: { body: RuleBody } }, async ({ body }, reply) => {
    const id = randomUUID()
    const { rules } = await editConfiguration(control, (configuration) => ({ rules: [...configuration.rules, { ...body, id } as Rule] }))
    return reply.code(201).header('location', `/api/rules/${id}`).send(rules.find((rule) => rule.id === id))
  })

  app.put('/rules/:ruleId', { schema: { params: ById, body: RuleBody } }, async ({ params, body }) => {
    const { rules } = await editConfiguration(control, (configuration) => {
      ruleOf(configuration.rules, params.ruleId)
      return { rules: configuration.rules.map((rule) => (rule.id === params.ruleId ? { ...body, id: rule.id } as Rule : rule)) }
    })
    return ruleOf(rules, params.ruleId)
  })

  app.delete('/rules/:ruleId', { schema: { params: ById } }, async ({ params }, reply) => {
    await editConfiguration(control, ({ rules }) => {
      ruleOf(rules, params.ruleId)
      return { rules: rules.filter(({ id }) => id !== params.ruleId) }
    })
    return reply.code(204).send()
  })
}

function ruleOf(rules: readonly Rule[], ruleId: string): Rule {
  const rule = rules.find(({ id }) => id === ruleId)
  if (!rule) throw noSuchRule('No rule has this id.')
  return rule
}
