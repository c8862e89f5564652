import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gatewayNodeArguments, serverEnvironment, serverNodeArguments } from './server-runtime.ts'

test('the image runs the server as npm start does', () => {
  const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')
  expect(dockerfile).toContain(`CMD ${JSON.stringify(['node', ...serverNodeArguments, 'server/src/main.ts']).replaceAll(',', ', ')}`)
  for (const [name, value] of Object.entries(serverEnvironment)) expect(dockerfile).toContain(`${name}=${value}`)
})

test('image and service run the gateway as npm start does', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
  expect(read('dimse-gateway/Dockerfile')).toContain(`CMD ${JSON.stringify(['node', ...gatewayNodeArguments, 'dimse-gateway/src/main.ts']).replaceAll(',', ', ')}`)
  expect(read('docs/deploy/gateway/isocenter-gateway.service')).toContain(`node ${gatewayNodeArguments.join(' ')} dimse-gateway/src/main.ts`)
  for (const [name, value] of Object.entries(serverEnvironment)) {
    for (const file of ['dimse-gateway/Dockerfile', 'docs/deploy/gateway/isocenter-gateway.service']) expect(read(file)).toContain(`${name}=${value}`)
  }
})
