import { expect, test } from 'vitest'
import { createApiClient } from './client.ts'
import { uploadInstance } from './uploads.ts'

/** A server that keeps what it is sent, and on some requests breaks the line after half of the bytes. */
function aServer(breaks: ReadonlySet<number>, finished: object) {
  const kept: number[] = []
  let requests = 0
  const fetch = async (_path: string | URL | Request, { method = 'GET', headers, body }: RequestInit = {}): Promise<Response> => {
    const isBroken = breaks.has(requests++)
    const given = new Headers(headers)
    expect(given.get('tus-resumable')).toBe('1.0.0')
    expect(given.get('x-organisation')).toBe('7')
    if (method === 'POST') return isBroken ? Promise.reject(new TypeError('line')) : new Response(null, { status: 201, headers: { location: '/api/uploads/u1' } })
    if (method === 'PATCH') {
      const bytes = new Uint8Array(await (body as Blob).arrayBuffer())
      if (Number(given.get('upload-offset')) !== kept.length) return new Response('{"type":"/problems/upload-offset-mismatch"}', { status: 409 })
      kept.push(...(isBroken ? bytes.subarray(0, bytes.length >> 1) : bytes))
      return isBroken ? Promise.reject(new TypeError('line')) : new Response(null, { status: 204, headers: { 'upload-offset': String(kept.length) } })
    }
    if (isBroken) return Promise.reject(new TypeError('line'))
    if (method === 'HEAD') return new Response(null, { headers: { 'upload-offset': String(kept.length) } })
    return Response.json({ state: 'finished', ...finished })
  }
  return { fetch, kept }
}

const object = new Uint8Array(1_000).map((_, index) => index % 251)
const api = createApiClient({ organisationId: '7' })
const noPause = () => Promise.resolve()
const stored = { status: 200, result: { '00081190': { vr: 'UR', Value: ['https://pacs.example/dicom-web/studies/1.2.3'] }, '00081199': { vr: 'SQ', Value: [{}] } } }

test.each([[[]], [[0]], [[1]], [[2]], [[1, 2]], [[1, 3, 4]], [[2, 3, 4, 5]]])('every byte comes once and in its place, with the line broken at %o', async (breaks) => {
  const server = aServer(new Set(breaks), stored)
  const progress: number[] = []
  const result = await uploadInstance(api, new Blob([object]), { fetch: server.fetch, pause: noPause, chunkBytes: 300, onProgress: (bytes) => progress.push(bytes) })
  expect(new Uint8Array(server.kept)).toEqual(object)
  expect(result).toEqual({ status: 200, disposition: 'stored', StudyInstanceUID: '1.2.3', failureReason: undefined })
  expect(progress).toEqual([...progress].sort((one, other) => one - other))
  expect(progress.at(-1)).toBe(1_000)
})

test('an object the server does not store is told with its reason', async () => {
  const server = aServer(new Set(), { status: 409, result: { '00081198': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [0xa900] } }] } } })
  expect(await uploadInstance(api, new Blob([object]), { fetch: server.fetch, pause: noPause })).toEqual({ status: 409, disposition: 'notStored', StudyInstanceUID: undefined, failureReason: 0xa900 })
})

test('what is kept but in no study is told so, without a study', async () => {
  const server = aServer(new Set(), { status: 202, disposition: 'heldApart', result: { '00081190': { vr: 'UR' }, '00081199': { vr: 'SQ', Value: [{ '00081190': { vr: 'UR' } }] } } })
  expect(await uploadInstance(api, new Blob([object]), { fetch: server.fetch, pause: noPause })).toEqual({ status: 202, disposition: 'heldApart', StudyInstanceUID: undefined, failureReason: undefined })
})

test('a refusal is not tried again, and a line that stays down is given up', async () => {
  let asked = 0
  const refusing = () => { asked++; return Promise.resolve(new Response('{"type":"/problems/payload-too-large"}', { status: 413 })) }
  await expect(uploadInstance(api, new Blob([object]), { fetch: refusing, pause: noPause })).rejects.toMatchObject({ code: 'payload-too-large' })
  expect(asked).toBe(1)
  await expect(uploadInstance(api, new Blob([object]), { fetch: () => Promise.reject(new TypeError('down')), pause: noPause })).rejects.toMatchObject({ code: 'no-answer' })
})
