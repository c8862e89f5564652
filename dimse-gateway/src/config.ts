import { Type, type Static, type TProperties, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** What is fixed for the life of the process: the one place that is read, and the text `.env.example` is printed from. Everything else is set in the console. */
const Env = Type.Object({
  DIMSE_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: 'port modalities send to; 0 picks a free one; the one set in the console where unset, 13227 at first' })),
  DIMSE_HOST: Type.String({ default: '0.0.0.0', minLength: 1, description: 'address to listen on for modalities; they are other machines, so all interfaces' }),
  DATA_DIR: Type.String({ default: './data', minLength: 1, description: 'folder for everything kept on this machine' }),
  GATEWAY_DATA_DIR: Type.Optional(Type.String({ minLength: 1, description: 'folder of the gateway; DATA_DIR/gateway where unset' })),
  CONTROL_HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: "address of the gateway's console and its API; anything but loopback needs a proxy with TLS in front" }),
  CONTROL_PORT: Type.Integer({ default: 13228, minimum: 0, maximum: 65_535, description: "port of the gateway's console; 0 picks a free one" }),
  CONTROL_HOSTNAMES: Type.String({ default: '', pattern: '^[A-Za-z0-9.:\\[\\]-]*(,\\s*[A-Za-z0-9.:\\[\\]-]+)*$', description: 'names besides localhost under which the console is reached, with commas between them' }),
  LOG_LEVEL: Type.Union(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)), { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent' }),
})

/** The settings of one gateway process. */
export type GatewayConfig = Readonly<Static<typeof Env>>

/** All mistakes in the settings at once, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws ConfigError naming every variable that is wrong, never its value
 */
export function readConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const candidate = Value.Convert(Env, Value.Default(Env, Value.Clean(Env, present))) as GatewayConfig
  const mistakes = settings.filter(([name, schema]) => name in candidate && !Value.Check(schema, (candidate as Record<string, unknown>)[name]))
  if (mistakes.length > 0) throw new ConfigError(`The settings of the gateway are wrong:\n${mistakes.map(([name, schema]) => `  ${name} cannot be used: ${describe(schema)}`).join('\n')}`)
  return Object.freeze(candidate)
}

const settings = Object.entries(Env.properties as TProperties)
const describe = (schema: TSchema): string => (schema as { description?: string }).description ?? ''
/** Said once, by the server's own settings. */
const sharedWithServer = new Set(['DATA_DIR', 'LOG_LEVEL'])

/** The gateway's part of `.env.example`: every variable of its own with its meaning and default, commented out. */
export function exampleEnv(): string {
  const lines = settings.filter(([name]) => !sharedWithServer.has(name)).map(([name, schema]) => {
    const fallback = (schema as { default?: string | number }).default
    return `# ${describe(schema)}\n#${name}=${fallback ?? ''}\n`
  })
  return `# Settings of the DIMSE gateway; what a technician changes is set in its console\n\n${lines.join('\n')}`
}
