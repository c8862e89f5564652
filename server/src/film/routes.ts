/** HTTP face of films: baskets, printing, what was printed, and what gateways print. */
import { Readable } from 'node:stream'
import {
  anymapType, FilmAdded, FilmAddition, FilmBasket, FilmBasketQuery, FilmItemParams, FilmOrder, FilmPrinterList, PrintImageParams, PrintJob, PrintJobPage, PrintJobParams, PrintJobQuery, PrintOrder, PrintRequest, Problem,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { clientGone } from '../dicomweb/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { Film } from './film.ts'

const tags = ['Film']
const Empty = Type.Null()
const bodyLimit = 128 * 1024
/** Documentation only: what leaves are bytes. */
const PrintedPicture = Type.Unsafe<unknown>({ description: 'a portable anymap of 8 bits a sample', contentMediaType: anymapType })

export const filmRoutes: ApiRoutes<{ film: Film; accessLog: AccessLog }> = async (app, { film, accessLog }) => {
  app.addHook('onSend', noStore)
  /** A list that is empty was looked at too. */
  const seen = (access: Access, studies: readonly string[]) => {
    for (const StudyInstanceUID of studies.length === 0 ? [undefined] : new Set(studies)) accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'study.retrieve', StudyInstanceUID })
  }

  app.get('/film/basket', {
    schema: { operationId: 'getFilmBasket', summary: 'Images the caller has collected for films', tags, querystring: FilmBasketQuery, response: { 200: FilmBasket, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'study.retrieve' },
  }, async ({ access, query }) => {
    const basket = await film.basket(access, query.study)
    seen(access, basket.items.map(({ StudyInstanceUID }) => StudyInstanceUID))
    return basket
  })

  app.post('/film/basket', {
    bodyLimit,
    schema: { operationId: 'addToFilmBasket', summary: 'Collects images, or all of a series, for films', tags, body: FilmAddition, response: { 200: FilmAdded, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.collect' },
  }, ({ access, body }) => film.add(access, body))

  app.delete('/film/basket', {
    schema: { operationId: 'emptyFilmBasket', summary: 'Takes everything out of the basket, or the images of one study', tags, querystring: FilmBasketQuery, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.collect' },
  }, async ({ access, query }, reply) => {
    await film.clear(access, query.study)
    return reply.code(204).send(null)
  })

  app.put('/film/basket/order', {
    bodyLimit,
    schema: { operationId: 'orderFilmBasket', summary: 'Keeps the order that images of the basket were put into', tags, body: FilmOrder, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.collect' },
  }, async ({ access, body }, reply) => {
    await film.arrange(access, body.items)
    return reply.code(204).send(null)
  })

  app.delete('/film/basket/:itemId', {
    schema: { operationId: 'removeFromFilmBasket', summary: 'Takes one image out of the basket', tags, params: FilmItemParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.collect' },
  }, async ({ access, params }, reply) => {
    await film.remove(access, params.itemId)
    return reply.code(204).send(null)
  })

  app.get('/film/printers', {
    schema: { operationId: 'listFilmPrinters', summary: 'Film printers of the organisation\'s gateways', tags, response: { 200: FilmPrinterList, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'none' },
  }, ({ access }) => film.printers(access))

  app.post('/film/print-jobs', {
    bodyLimit,
    schema: { operationId: 'printFilms', summary: 'Prints images of the basket on a film printer, or makes a document of them', tags, body: PrintRequest, response: { 201: PrintJob, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.print' },
  }, async ({ access, body }, reply) => reply.code(201).send(await film.print(access, body)))

  app.get('/film/print-jobs', {
    schema: { operationId: 'listPrintJobs', summary: 'What was printed, of one study or of all, the newest first', tags, querystring: PrintJobQuery, response: { 200: PrintJobPage, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'study.retrieve' },
  }, async ({ access, query }) => {
    const page = await film.jobs(access, query)
    seen(access, page.items.flatMap(({ studies }) => studies))
    return page
  })

  app.get('/film/print-jobs/:jobId', {
    schema: { operationId: 'getPrintJob', summary: 'One print job', tags, params: PrintJobParams, response: { 200: PrintJob, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'study.retrieve' },
  }, async ({ access, params }) => {
    const job = await film.job(access, params.jobId)
    seen(access, job.studies)
    return job
  })

  app.post('/film/print-jobs/:jobId/cancellation', {
    schema: { operationId: 'cancelPrintJob', summary: 'Calls off a print job its gateway has not taken', tags, params: PrintJobParams, response: { 200: PrintJob, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.cancel' },
  }, ({ access, params }) => film.cancel(access, params.jobId))

  app.post('/film/print-jobs/:jobId/repetition', {
    schema: { operationId: 'repeatPrintJob', summary: 'Prints the same once more', tags, params: PrintJobParams, response: { 201: PrintJob, '4xx': Problem } },
    config: { policy: 'study.print_film', audit: 'film.print' },
  }, async ({ access, params }, reply) => reply.code(201).send(await film.repeat(access, params.jobId)))

  app.get('/film/print-jobs/:jobId/document', {
    // Whoever asks for the headers alone would have every image drawn.
    exposeHeadRoute: false,
    schema: {
      operationId: 'getFilmDocument',
      summary: 'The films as a PDF, a page for each sheet',
      tags,
      params: PrintJobParams,
      response: { '4xx': Problem },
      description: 'Served at /o/{organisationId}/api/… too, for what a browser fetches by itself.',
    },
    config: { policy: 'study.print_film', audit: 'film.fetch' },
  }, async ({ access, params }, reply) => {
    const { job, bytes } = await film.document(access, params.jobId, clientGone(reply))
    for (const StudyInstanceUID of job.studies) accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'film.fetch', StudyInstanceUID })
    return reply.type('application/pdf').headers({ 'content-disposition': 'inline; filename="film.pdf"', 'x-content-type-options': 'nosniff' }).send(Readable.from(bytes, { objectMode: false }) as never)
  })

  app.get('/gateways/self/print-jobs/:jobId', {
    schema: { operationId: 'getPrintOrder', summary: 'What the calling gateway is to print; from now on it counts as printing', tags, params: PrintJobParams, response: { 200: PrintOrder, '4xx': Problem } },
    config: { policy: 'gateway:report', audit: 'none' },
  }, ({ access, params }) => film.order(access, params.jobId))

  app.get('/gateways/self/print-jobs/:jobId/images/:imageId', {
    schema: {
      operationId: 'getPrintImage',
      summary: 'An image of what the calling gateway prints, as a portable anymap of 8 bits a sample',
      tags,
      params: PrintImageParams,
      response: { 200: PrintedPicture, '4xx': Problem },
    },
    config: { policy: 'gateway:report', audit: 'study.retrieve' },
  }, async ({ access, params }, reply) => {
    const { StudyInstanceUID, bytes } = await film.orderedImage(access, params.jobId, Number(params.imageId), clientGone(reply))
    seen(access, [StudyInstanceUID])
    return reply.type(anymapType).send(bytes)
  })
}
