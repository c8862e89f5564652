/** HTTP face of downloads and exports. */
import { finished } from 'node:stream'
import { Download, DownloadPage, DownloadParams, DownloadQuery, DownloadRequest, ExportFields, Problem, StudyExportRequest } from '@isocenter/contracts'
import { Type } from 'typebox'
import { requestedRange, sendPieces } from '../dicomweb/index.ts'
import { spreadsheetTypes } from '../exports/index.ts'
import type { AccountSession } from '../identity/index.ts'
import { disposition } from '../platform/file-names.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Downloads } from './downloads.ts'
import { endingOf } from './downloads.ts'

const bodyLimit = 64 * 1024
const tags = ['Downloads']
const Empty = Type.Null()

/** A program has no session; that downloads are of persons is the service's to say. */
const voucherOf = (session: AccountSession | null): string | undefined => session?.vouchedBy

/** Buffers that were lent are given back as they have gone, so that a study passes through the few there are. */
async function* piecesOf(chunks: AsyncIterable<Uint8Array | string>) {
  for await (const chunk of chunks) yield { bytes: typeof chunk === 'string' ? Buffer.from(chunk) : chunk, isOurs: true }
}

export const downloadRoutes: ApiRoutes<{ downloads: Downloads }> = async (app, { downloads }) => {
  app.addHook('onSend', (_request, reply, _payload, next) => { reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }); next() })

  app.post('/downloads', {
    bodyLimit,
    schema: { operationId: 'createDownload', summary: 'Studies as a zip with a DICOMDIR; large ones are made in the background', tags, body: DownloadRequest, response: { 201: Download, '4xx': Problem } },
    config: { policy: 'study.download', audit: 'download.request' },
  }, async ({ access, session, body }, reply) => reply.code(201).send(await downloads.create(access, body, voucherOf(session))))

  app.get('/downloads', {
    schema: { operationId: 'listDownloads', summary: 'Downloads of the caller, the latest first', tags, querystring: DownloadQuery, response: { 200: DownloadPage, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, ({ session, query }) => downloads.list(session, query))

  app.get('/downloads/:downloadId', {
    schema: { operationId: 'getDownload', summary: 'One download: how far it is, and what may be done with it', tags, params: DownloadParams, response: { 200: Download, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, ({ session, params }) => downloads.find(session, params.downloadId))

  app.post('/downloads/:downloadId/retry', {
    schema: { operationId: 'retryDownload', summary: 'Makes a download anew that failed or is outdated', tags, params: DownloadParams, response: { 200: Download, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'download.request', isOpenToVouched: true },
  }, ({ session, params }) => downloads.retry(session, params.downloadId))

  app.delete('/downloads/:downloadId', {
    schema: { operationId: 'removeDownload', summary: 'Forgets a download and its file, and ends its making', tags, params: DownloadParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'download.remove', isOpenToVouched: true },
  }, async ({ session, params }, reply) => {
    await downloads.remove(session, params.downloadId)
    return reply.code(204).send(null)
  })

  // Fetched by the browser itself: the download says of which organisation it is, the cookie of whom. What may be had is decided by the service for that organisation.
  app.get('/downloads/:downloadId/file', {
    // Asked about without being fetched, it would be made, counted and noted all the same.
    exposeHeadRoute: false,
    schema: { operationId: 'fetchDownload', summary: 'The file; a kept one also from where a fetch was interrupted', tags, params: DownloadParams },
    config: { policy: 'signedIn', audit: 'download.fetch', isOpenToVouched: true },
  }, async (request, reply) => {
    const { row, byteLength, read } = await downloads.file(request.session, request.params.downloadId)
    const stopping = new AbortController()
    finished(reply.raw, () => { stopping.abort() })
    reply.headers({ 'content-disposition': disposition('attachment', `${row.file_name}.${endingOf(row)}`), 'content-type': row.list === null ? 'application/zip' : spreadsheetTypes[row.list.format] })
    if (byteLength === undefined) return sendPieces(reply, piecesOf(await read(undefined, stopping.signal)), undefined)
    const etag = `"${row.blob_key?.split('/').at(-1) ?? ''}"`
    reply.headers({ 'accept-ranges': 'bytes', etag })
    const range = requestedRange(request.headers.range, request.headers['if-range'] as string | undefined, etag, byteLength)
    if (range === 'unsatisfiable') return reply.code(416).headers({ 'content-range': `bytes */${String(byteLength)}` }).send()
    if (range === 'whole') return sendPieces(reply.header('content-length', byteLength), piecesOf(await read(undefined, stopping.signal)), byteLength)
    reply.code(206).headers({ 'content-range': `bytes ${String(range.offset)}-${String(range.offset + range.length - 1)}/${String(byteLength)}`, 'content-length': range.length })
    return sendPieces(reply, piecesOf(await read(range, stopping.signal)), range.length)
  })

  app.get('/exports/studies/fields', {
    schema: { operationId: 'listStudyExportFields', summary: 'Fields the study list can be exported with by the caller', tags, response: { 200: ExportFields, '4xx': Problem } },
    config: { policy: 'study.download', audit: 'none' },
  }, ({ access }) => downloads.fieldsOf(access, 'studies'))

  app.post('/exports/studies', {
    bodyLimit,
    schema: { operationId: 'exportStudies', summary: 'The studies a filter finds as a spreadsheet; a long list is made in the background', tags, body: StudyExportRequest, response: { 201: Download, '4xx': Problem } },
    config: { policy: 'study.download', audit: 'list.export' },
  }, async ({ access, session, body: { format, language, timeZone = 'UTC', fields, ...filter } }, reply) =>
    reply.code(201).send(await downloads.exportList(access, { name: 'studies', format, language, timeZone, fields, filter }, voucherOf(session))))
}
