import { afterAll, beforeAll, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'

interface Operation {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[]
  readonly requestBody?: object
  readonly responses: Record<string, unknown>
  readonly security: readonly Record<string, readonly string[]>[]
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

let service: TestService
let document: OpenApi
beforeAll(async () => {
  service = await aService()
  document = (await service.app.inject({ url: '/api/openapi.json' })).json<OpenApi>()
})
afterAll(() => service.close())

const operations = () => Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })))

test('every operation of the product API is told, each by a name of its own and with what it asks for', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(operations().length).toBeGreaterThan(10)
  const names = operations().map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  expect(operations().filter(({ path }) => !path.startsWith('/api/'))).toEqual([])
  expect(operations().filter(({ summary = '' }) => summary === '')).toEqual([])
})

test('an operation says which permission it needs, of a token or of a person who is signed in', () => {
  expect(document.paths['/api/gateways']?.['get']?.security).toEqual([{ bearer: ['gateways:read'] }, { session: ['gateways:read'] }])
  expect(document.paths['/api/account/sessions']?.['get']?.security).toEqual([{ session: [] }])
  expect(document.paths['/api/token']?.['post']?.security).toEqual([])
})

test('an answer that is no JSON is of the type its schema says', () => {
  const answerOf = (path: string) => Object.keys((document.paths[path]?.['get']?.responses['200'] as { content?: object } | undefined)?.content ?? {})
  expect(answerOf('/api/quarantine/{quarantineId}/thumbnail')).toEqual(['image/jpeg'])
  expect(answerOf('/api/events')).toEqual(['text/event-stream'])
  expect(answerOf('/api/gateways/self/print-jobs/{jobId}/images/{imageId}')).toEqual(['image/x-portable-anymap'])
  expect(answerOf('/api/quarantine')).toEqual(['application/json'])
})

test('every part of a path is a parameter, and schemas are referred to by names the document has', () => {
  for (const { path, parameters = [] } of operations()) {
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  }
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(references.length).toBeGreaterThan(10)
  expect(references.filter((name) => !(String(name) in document.components.schemas))).toEqual([])
})
