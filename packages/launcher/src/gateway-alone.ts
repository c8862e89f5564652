/** Runs the gateway on its own, for a machine beside the modalities: `npm run gateway`. */
import { join } from 'node:path'
import { buildScreens } from './build-screens.ts'
import { portsOfGateway } from './gateway.ts'
import { exitWith, runScript } from './script.ts'
import { gatewayNodeArguments, serverEnvironment } from './server-runtime.ts'
import { readGatewayAlone } from './settings.ts'

await exitWith(async () => {
  const settings = readGatewayAlone()
  await buildScreens((line) => { console.log(line) })
  const ports = await portsOfGateway(settings)
  console.log(`The gateway listens for modalities on port ${ports.dimse}; its console is at http://${settings.CONTROL_HOST}:${ports.control}, the key in ${join(settings.GATEWAY_DATA_DIR, 'secrets', 'control.key')}.`)
  const env = { ...serverEnvironment, ...process.env, GATEWAY_DATA_DIR: settings.GATEWAY_DATA_DIR, CONTROL_PORT: String(ports.control), ...(settings.DIMSE_PORT === undefined ? {} : { DIMSE_PORT: String(ports.dimse) }) }
  return runScript(['dimse-gateway/src/main.ts'], env, gatewayNodeArguments)
})
