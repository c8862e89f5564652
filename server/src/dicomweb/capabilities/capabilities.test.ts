import { anInstance, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

interface Wadl {
  application: {
    resources: {
      base: string
      resource: {
        path: string
        method: {
          name: string
          request: { param: { name: string }[]; representation: { mediaType: string }[] }
          response: { representation: { mediaType: string }[] }
        }[]
      }[]
    }
  }
}

const options = (path: string, headers: Record<string, string> = {}) => service.app.inject({ method: 'OPTIONS', url: `/dicom-web${path}`, headers })
const resourcesOf = async (path: string) => (await options(path, { accept: 'application/json' })).json<Wadl>().application.resources.resource

describe('capabilities', () => {
  test('219 of the base name every resource with its methods, also without a token', async () => {
    const paths = (await resourcesOf('/')).map(({ path }) => path)
    for (const path of ['studies', 'series', 'instances', 'studies/{StudyInstanceUID}', 'studies/{StudyInstanceUID}/series', 'studies/{StudyInstanceUID}/series/{SeriesInstanceUID}/metadata',
      'studies/{StudyInstanceUID}/series/{SeriesInstanceUID}/instances/{SOPInstanceUID}/frames/{frameList}']) expect(paths).toContain(path)
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('every resource that can be read says as what', async () => {
    for (const { path, method } of await resourcesOf('')) {
      const reading = method.filter(({ name }) => name === 'GET')
      expect([path, reading.every(({ response }) => response.representation.length > 0)]).toEqual([path, true])
    }
  })

  test('of studies are searching, with its parameters, and storing, with what is taken', async () => {
    const [studies] = await resourcesOf('/studies')
    const search = studies?.method.find(({ name }) => name === 'GET')
    expect(search?.request.param.map(({ name }) => name)).toEqual(expect.arrayContaining(['Accept', 'limit', 'includefield', 'PatientName', 'StudyDate']))
    expect(search?.response.representation).toContainEqual({ mediaType: 'application/dicom+json' })
    const store = studies?.method.find(({ name }) => name === 'POST')
    expect(store?.request.representation).toContainEqual({ mediaType: 'multipart/related; type="application/dicom"' })
    expect((await options('/studies')).headers.allow).toBe('GET, HEAD, OPTIONS, POST')
  })

  test('come as WADL by default, with a validator', async () => {
    const first = await options('/')
    expect(first.headers['content-type']).toMatch(/^application\/vnd\.sun\.wadl\+xml/)
    expect(first.body).toContain('<resources base="https://pacs.example/dicom-web/">')
    const again = await options('/', { 'if-none-match': String(first.headers.etag) })
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', first.headers.etag])
    expect((await options('/', { accept: 'text/html' })).statusCode).toBe(406)
  })
})

describe('strict mode', () => {
  test('a request that accepts nothing in particular is answered 406, unless it says so', async () => {
    const strict = await aService({ DICOMWEB_STRICT: 'true', QIDO_EMPTY_STATUS: '204' })
    try {
      expect((await strict.get('/studies')).statusCode).toBe(406)
      expect((await strict.get('/studies', { accept: '*/*' })).statusCode).toBe(204)
      expect((await strict.get('/studies?accept=application/dicom%2Bjson')).statusCode).toBe(204)
    } finally {
      await strict.close()
    }
  })
})

test('10 a request URI that is too long is answered 414', async () => {
  expect((await service.get(`/studies?StudyInstanceUID=${'1.2,'.repeat(10_000)}`)).statusCode).toBe(414)
})

test('207 a store is answered in XML where that is asked for', async () => {
  const response = await service.store([bytesOf(anInstance())], { headers: { accept: 'application/dicom+xml' } })
  expect(response.headers['content-type']).toBe('application/dicom+xml')
  expect(response.body).toMatch(/<NativeDicomModel .*keyword="ReferencedSOPSequence"/s)
  expect(response.headers.location).toMatch(/\/studies\/[\d.]+$/)
})
