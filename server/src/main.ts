import { ConfigError, readConfig, type Config } from './config.ts'
import { startServer } from './server.ts'

/** Longest a stop waits for requests under way; a balancer has stopped sending by then. */
const stopWithinMs = 30_000

function configOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

const server = await startServer(configOrExit())

let stopping = false
const stop = () => {
  if (stopping) return
  stopping = true
  setTimeout(() => { process.exit(1) }, stopWithinMs).unref()
  server.close().then(() => { process.exit(0) }, (error: unknown) => {
    console.error(error instanceof Error ? error.message : 'the server could not be stopped cleanly')
    process.exit(1)
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
