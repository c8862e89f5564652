import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { dicomwebPermissions } from '../../identity/index.ts'
import { aService } from '../service.fixture.ts'
import type { Operation, Resource } from './resources.ts'
import { generatedBlocks, withBlocks } from './statement.fixture.ts'

const statement = fileURLToPath(new URL('../../../../docs/conformance-statement.md', import.meta.url))

interface Described { path: string; method: { name: string; request: { representation: { mediaType: string }[] }; response: { representation: { mediaType: string }[] } }[] }

/** The resources as the running service tells them. */
async function toldResources(): Promise<Resource[]> {
  const service = await aService()
  try {
    const answer = await service.app.inject({ method: 'OPTIONS', url: '/dicom-web/', headers: { accept: 'application/json' } })
    return answer.json<{ application: { resources: { resource: Described[] } } }>().application.resources.resource.map(({ path, method }) => ({
      path, url: path,
      operations: method.map(({ name, request, response }): Operation => ({
        method: name, parameters: [],
        consumes: request.representation.map(({ mediaType }) => mediaType), produces: response.representation.map(({ mediaType }) => mediaType),
      })),
    }))
  } finally {
    await service.close()
  }
}

test('the conformance statement says what the code does: routes, media types, attributes, transfer syntaxes, status codes', async () => {
  const written = await readFile(statement, 'utf8')
  // `npx vitest run -u` on this file brings the tables up to date.
  await expect(withBlocks(written, generatedBlocks(await toldResources()))).toMatchFileSnapshot(statement)
})

test('it names every permission there is', async () => {
  const written = await readFile(statement, 'utf8')
  for (const permission of dicomwebPermissions) expect(written).toContain(`\`${permission}\``)
})
