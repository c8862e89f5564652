import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serverEnvironment, serverNodeArguments } from './server-runtime.ts'

test('the image runs the server as npm start does', () => {
  const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')
  expect(dockerfile).toContain(`CMD ${JSON.stringify(['node', ...serverNodeArguments, 'server/src/main.ts']).replaceAll(',', ', ')}`)
  for (const [name, value] of Object.entries(serverEnvironment)) expect(dockerfile).toContain(`${name}=${value}`)
})
