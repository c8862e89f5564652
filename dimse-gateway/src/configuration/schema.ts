/** The configuration document: everything a technician sets while the gateway runs. */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { NodeSchema } from './nodes.ts'
import { PrinterSchema } from './printers.ts'
import { RetentionSchema } from './retention.ts'
import { RuleSchema } from './rules.ts'
import { ServiceSchema } from './service.ts'
import { SpoolSchema } from './spool.ts'

export type { Peer, Service, ServiceTls } from './service.ts'
export type { SpoolSettings } from './spool.ts'

/** The cloud this gateway is enrolled with; its private key is a secret of its own. */
export const CloudSchema = Type.Object({
  url: Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 2048 }),
  gatewayId: Type.String({ minLength: 1, maxLength: 100 }),
  organisation: Type.Object({ slug: Type.String({ maxLength: 100 }), name: Type.String({ maxLength: 300 }) }, { additionalProperties: false }),
  tokenAudience: Type.Optional(Type.String({ maxLength: 2048, description: 'what goes into `aud` of client assertions' })),
}, { additionalProperties: false })
export type Cloud = Static<typeof CloudSchema>

export const ConfigurationSchema = Type.Object({
  revision: Type.Integer({ minimum: 0, default: 0, description: 'grows by one with every change' }),
  service: ServiceSchema,
  nodes: Type.Array(NodeSchema, { maxItems: 100, default: [] }),
  rules: Type.Array(RuleSchema, { maxItems: 500, default: [] }),
  printers: Type.Array(PrinterSchema, { maxItems: 20, default: [] }),
  retention: Type.Intersect([RetentionSchema], { default: {} }),
  spool: SpoolSchema,
  cloud: Type.Optional(CloudSchema),
}, { additionalProperties: false })
export type Configuration = Static<typeof ConfigurationSchema>

/** One thing that is wrong, and where. */
export interface ConfigurationMistake {
  /** JSON pointer into the document, as `/service/port`. */
  readonly path: string
  readonly message: string
}

/** The document cannot be used; every mistake is listed. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid'
  readonly mistakes: readonly ConfigurationMistake[]

  constructor(mistakes: readonly ConfigurationMistake[]) {
    super(`The configuration cannot be used:\n${mistakes.map(({ path, message }) => `  ${path} ${message}`).join('\n')}`)
    this.mistakes = mistakes
  }
}

/**
 * A document with what it leaves out filled in.
 * @throws ConfigurationInvalid
 */
export function readConfiguration(document: unknown): Configuration {
  const candidate = Value.Default(ConfigurationSchema, structuredClone(document)) as Configuration
  const mistakes = Value.Errors(ConfigurationSchema, candidate).map(({ instancePath, message }) => ({ path: instancePath, message }))
  // What belongs together can be looked at only where each is what it should be.
  const all = mistakes.length > 0 ? mistakes : togetherWrong(candidate)
  if (all.length > 0) throw new ConfigurationInvalid(all)
  return candidate
}

function togetherWrong({ nodes, rules, printers, service }: Configuration): ConfigurationMistake[] {
  const nodeIds = new Set(nodes.map(({ id }) => id))
  return [
    ...repeated(nodes.map(({ id }) => id)).map((index) => ({ path: `/nodes/${index}/id`, message: 'is the id of another node too' })),
    ...repeated(rules.map(({ id }) => id)).map((index) => ({ path: `/rules/${index}/id`, message: 'is the id of another rule too' })),
    ...repeated(printers.map(({ id }) => id)).map((index) => ({ path: `/printers/${index}/id`, message: 'is the id of another printer too' })),
    ...rules.flatMap(({ to }, rule) => to.flatMap((id, index) => (nodeIds.has(id) ? [] : [{ path: `/rules/${rule}/to/${index}`, message: 'names no node' }]))),
    ...repeated(service.peers.map(({ aeTitle, address = '' }) => `${aeTitle.trim()} ${address}`)).map((index) => ({ path: `/service/peers/${index}`, message: 'is listed twice' })),
  ]
}

/** Places of values that were there before. */
function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []))
}
