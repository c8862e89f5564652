/** Prints the example of an environment file from the settings' schema: `npm run env:example` writes `.env.example`. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { exampleEnv as exampleGatewayEnv } from '../../../dimse-gateway/src/config.ts'
import { exampleEnv } from '../../../server/src/config.ts'
import { root } from './settings.ts'

writeFileSync(resolve(root, '.env.example'), `${exampleEnv()}\n${exampleGatewayEnv()}`)
