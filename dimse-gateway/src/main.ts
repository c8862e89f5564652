import { ConfigError, readConfig, type GatewayConfig } from './config.ts'
import { ConfigurationInvalid } from './configuration/schema.ts'
import { startGateway, type RunningGateway } from './gateway.ts'
import { DataFolderInUse } from './platform/data-folder.ts'
import { SchemaTooNew } from './platform/schema.ts'

/** Longest a stop may take: associations have a quarter of a minute of it to end. */
const stopWithinMs = 30_000

/** What a person can mend is said without a stack. */
function exitWith(error: unknown): never {
  const isPlain = error instanceof ConfigError || error instanceof ConfigurationInvalid || error instanceof DataFolderInUse || error instanceof SchemaTooNew
  console.error(isPlain || isAddressInUse(error) ? (error as Error).message : error)
  process.exit(2)
}

/** The console's own port; the one for modalities is tried again while the gateway runs. */
const isAddressInUse = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

function configOrExit(): GatewayConfig {
  try {
    return readConfig(process.env)
  } catch (error) {
    return exitWith(error)
  }
}

// What is kept here is of patients.
process.umask(0o077)
const gateway: RunningGateway = await startGateway(configOrExit()).catch(exitWith)
if (gateway.dimseFailure !== undefined) console.error(`The gateway cannot listen for modalities: ${gateway.dimseFailure} Stop that one, or choose another port: DIMSE_PORT, or in the console at ${gateway.controlUrl}`)

let stopping = false
const stop = () => {
  if (stopping) return
  stopping = true
  setTimeout(() => { process.exit(1) }, stopWithinMs).unref()
  gateway.close().then(() => { process.exit(0) }, (error: unknown) => {
    console.error(error instanceof Error ? error.message : 'the gateway could not be stopped cleanly')
    process.exit(1)
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
