import { createServer } from 'node:net'
import { LauncherError } from './launcher-error.ts'

/** The variables a person sets to listen elsewhere. */
export interface ListenVariables { readonly port: string; readonly host: string }
const serverVariables: ListenVariables = { port: 'PORT', host: 'HOST' }

const reasons: Readonly<Record<string, (host: string, port: number, set: ListenVariables) => string>> = {
  EADDRINUSE: (_host, port, set) => `Port ${port} is already in use by another program. Stop that one, or choose another: ${set.port}=${port === 65535 ? 8080 : port + 1} npm start`,
  EACCES: (_host, port, set) => `This user may not listen on port ${port}. Choose one above 1023: ${set.port}=8080 npm start`,
  EADDRNOTAVAIL: (host, _port, set) => `This machine has no address ${host}. ${set.host} takes 127.0.0.1, 0.0.0.0 or an address of this machine.`,
  ENOTFOUND: (host, _port, set) => `${set.host}=${host} is no address and no known name.`,
}

/**
 * The port to listen on: the one asked for when it is free, or a free one for 0.
 * Asked before anything is started, so that the commonest mistake is told at once.
 * @throws LauncherError when it cannot be listened on
 */
export async function portToListenOn(host: string, port: number, variables: ListenVariables = serverVariables): Promise<number> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen({ host, port, exclusive: true }, resolve))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new LauncherError(reasons[code]?.(host, port, variables) ?? `It is not possible to listen on ${host}, port ${port} (${code}).`, { cause })
  }
  const address = probe.address()
  await new Promise<void>((resolve) => { probe.close(() => { resolve() }) })
  return typeof address === 'object' && address !== null ? address.port : port
}
