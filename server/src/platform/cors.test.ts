import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { cors } from './cors.ts'

async function anApp(origins: string) {
  const app = Fastify()
  await app.register(cors, { origins })
  app.get('/', async (_request, reply) => reply.header('vary', 'Accept').send('here'))
  app.options('/', async (_request, reply) => reply.send('capabilities'))
  app.get('/fails', () => { throw new Error('no') })
  return (url: string, headers: Record<string, string>, method: 'GET' | 'OPTIONS' = 'GET') => app.inject({ method, url, headers })
}

const viewer = { origin: 'https://viewer.example' }

describe('pages of other origins', () => {
  test('are told nothing where no origin is allowed', async () => {
    const ask = await anApp('')
    const { headers } = await ask('/', viewer)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers['vary']).toBe('Accept')
  })

  test('of an allowed origin may read answers and errors, also of paths that do not exist', async () => {
    const ask = await anApp('https://other.example, https://viewer.example')
    for (const path of ['/', '/fails', '/nothing']) {
      const { headers } = await ask(path, viewer)
      expect(headers['access-control-allow-origin']).toBe('https://viewer.example')
      expect(headers['access-control-expose-headers']).toMatch(/Content-Location.*ETag.*Warning/)
      expect(headers['vary']).toMatch(/Origin/)
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  test('of another origin may not', async () => {
    const ask = await anApp('https://viewer.example')
    expect((await ask('/', { origin: 'https://viewer.example.evil' })).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('of any origin may where all are allowed', async () => {
    const ask = await anApp('*')
    expect((await ask('/', viewer)).headers['access-control-allow-origin']).toBe('*')
  })
})

describe('OPTIONS', () => {
  test('with Origin and Access-Control-Request-Method is a preflight, on every path', async () => {
    const ask = await anApp('https://viewer.example')
    const response = await ask('/nothing', { ...viewer, 'access-control-request-method': 'POST' }, 'OPTIONS')
    expect(response.statusCode).toBe(204)
    expect(response.headers['access-control-allow-origin']).toBe('https://viewer.example')
    expect(response.headers['access-control-allow-methods']).toContain('POST')
    expect(response.headers['access-control-allow-headers']).toMatch(/Authorization.*Content-Type/)
  })

  test('lets a page change resources, and upload in pieces', async () => {
    const ask = await anApp('https://viewer.example')
    const preflight = await ask('/', { ...viewer, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'tus-resumable, upload-offset, upload-checksum' }, 'OPTIONS')
    for (const method of ['PUT', 'PATCH', 'DELETE']) expect(preflight.headers['access-control-allow-methods']).toContain(method)
    for (const header of ['Tus-Resumable', 'Upload-Length', 'Upload-Offset', 'Upload-Metadata', 'Upload-Checksum', 'X-HTTP-Method-Override']) expect(preflight.headers['access-control-allow-headers']).toContain(header)
    const exposed = (await ask('/', viewer)).headers['access-control-expose-headers']
    for (const header of ['Location', 'Tus-Resumable', 'Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Expires']) expect(exposed).toContain(header)
  })

  test('without them is left to the route', async () => {
    const ask = await anApp('https://viewer.example')
    expect((await ask('/', viewer, 'OPTIONS')).body).toBe('capabilities')
  })
})
