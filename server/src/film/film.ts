/** Films: what people collect, what is printed of it, and what was printed. */
import {
  defaultPageSize, maxFilmItems, maxFilmsOfJob, placeSize, sheetsOf,
  type FilmAdded, type FilmAddition, type FilmBasket, type FilmImage, type FilmPrinter, type FilmPrinterList, type PrintJob, type PrintJobPage, type PrintOrder, type PrintRequest, type PrintSettings,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { actorsOf, record } from '../audit/index.ts'
import { withdrawCommand, type Gateways } from '../gateways/index.ts'
import { actorOf, forbidden, type Access } from '../identity/index.ts'
import { membershipsOf, permissionsOf } from '../organisations/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { filmDocument } from './document.ts'
import type { FilmImages } from './images.ts'
import { patientCount } from './patients.ts'
import { printersOf } from './printers.ts'
import { filmBasketFull, noSuchFilmItem, noSuchFilmPrinter, noSuchPrintJob, printJobBegun, printNotPossible } from './problems.ts'
import {
  addItems, basketOf, beginJob, cancelJob, imagesOfJob, imagesOfSeries, insertJob, itemCount, jobsOf, lockBasket, orderItems, printable, removeItems, stateOf, type Collector, type JobRow, type PrintedImage,
} from './store.ts'

/** A gateway that is away so long is not waited for: what was meant to be printed today surprises nobody tomorrow. */
const waitMs = 12 * 3_600_000
const Position = Type.Tuple([Type.String({ pattern: '^[1-9][0-9]{0,17}$' })])

export interface Film {
  /** What the caller has collected; of one study where it is named. */
  readonly basket: (access: Access, study?: string) => Promise<FilmBasket>
  /** @throws noSuchFilmItem 404 for images that are not stored or kept from films, filmBasketFull 409 */
  readonly add: (access: Access, addition: FilmAddition) => Promise<FilmAdded>
  /** Keeps the order that images of the basket were put into. @throws noSuchFilmItem 404 */
  readonly arrange: (access: Access, items: readonly string[]) => Promise<void>
  /** @throws noSuchFilmItem 404 */
  readonly remove: (access: Access, itemId: string) => Promise<void>
  /** Empties the basket; of one study's images where it is named. */
  readonly clear: (access: Access, study?: string) => Promise<void>
  /** Those of the organisation's gateways, by their last reports. */
  readonly printers: (access: Access) => Promise<FilmPrinterList>
  /** @throws noSuchFilmItem and noSuchFilmPrinter 404, printNotPossible 422, of several patients' images too */
  readonly print: (access: Access, request: PrintRequest) => Promise<PrintJob>
  /** The newest first. */
  readonly jobs: (access: Access, query: { readonly study?: string | undefined; readonly cursor?: string | undefined; readonly limit?: number | undefined }) => Promise<PrintJobPage>
  /** @throws noSuchPrintJob 404 */
  readonly job: (access: Access, jobId: string) => Promise<PrintJob>
  /** @throws noSuchPrintJob 404, printJobBegun 409 */
  readonly cancel: (access: Access, jobId: string) => Promise<PrintJob>
  /** The same once more, as a job of its own. @throws noSuchPrintJob 404, noSuchFilmPrinter 404, printNotPossible 422 when an image of it has gone, or they are of several patients */
  readonly repeat: (access: Access, jobId: string) => Promise<PrintJob>
  /** A page for each sheet. @throws noSuchPrintJob 404 */
  readonly document: (access: Access, jobId: string, signal: AbortSignal) => Promise<{ readonly job: PrintJob; readonly bytes: AsyncIterable<Uint8Array> }>
  /** What the calling gateway is to print; from now on it prints. @throws noSuchPrintJob 404 */
  readonly order: (access: Access, jobId: string) => Promise<PrintOrder>
  /** An image of an order the calling gateway prints, as a portable anymap. @throws noSuchPrintJob 404, notRenderable 406 */
  readonly orderedImage: (access: Access, jobId: string, position: number, signal: AbortSignal) => Promise<{ readonly StudyInstanceUID: string; readonly bytes: Uint8Array }>
}

export interface FilmDeps {
  readonly db: Db
  readonly images: FilmImages
  readonly gateways: Pick<Gateways, 'command'>
  readonly now?: () => Date
}

export function createFilm({ db, images, gateways, now = () => new Date() }: FilmDeps): Film {
  const noteCollected = (trx: Trx, { organisationId, accountId }: Collector, detail: Readonly<Record<string, unknown>>, studies: readonly (string | undefined)[]) =>
    record(trx, studies.map((StudyInstanceUID) => ({ organisationId, actor: `account:${accountId}`, action: 'film.collect' as const, outcome: 'success' as const, StudyInstanceUID, detail })))

  const add = async (collector: Collector, chosen: readonly FilmImage[]): Promise<FilmAdded> => {
    if (chosen.length === 0 || !(await printable(db, collector, chosen)).every(Boolean)) throw noSuchFilmItem('An image of these is not stored, or its series is kept from films.')
    return db.transaction(async (trx) => {
      await lockBasket(trx, collector)
      const added = await addItems(trx, collector, chosen, now())
      await noteCollected(trx, collector, { added }, [...new Set(chosen.map(({ StudyInstanceUID }) => StudyInstanceUID))])
      const items = await itemCount(trx, collector)
      if (items > maxFilmItems) throw filmBasketFull(`It takes ${maxFilmItems} images; print or remove some first.`, { maxFilmItems })
      return { added, items }
    })
  }

  const find = async (access: Access, jobId: string): Promise<JobRow> => {
    const [row] = await jobsOf(db, access, { jobId, limit: 1 })
    if (row === undefined) throw noSuchPrintJob('No print job of your organisation has this id.')
    return row
  }
  const toJobs = async (found: readonly JobRow[]): Promise<PrintJob[]> => {
    const actors = await actorsOf(db, found.map(({ created_by }) => `account:${created_by}`))
    return found.map((row) => toJob(row, actors.get(`account:${row.created_by}`)?.name, now()))
  }
  const jobOf = async (access: Access, jobId: string): Promise<PrintJob> => {
    const [job] = await toJobs([await find(access, jobId)])
    if (job === undefined) throw noSuchPrintJob('No print job of your organisation has this id.')
    return job
  }

  /** In true size each image has to say how large it is, and to fit into its place. @throws printNotPossible */
  const sized = async (access: Access, settings: PrintSettings, chosen: readonly FilmImage[]): Promise<PrintedImage[]> => {
    const place = placeSize(settings)
    const placed: PrintedImage[] = []
    for (const [index, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame, window, view }] of chosen.entries()) {
      const image = { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame, ...(window && { window }), ...(view && { view }) }
      const position = index + 1
      if (!settings.isTrueSize) { placed.push({ ...image, position }); continue }
      const size = await images.sizeInBody(access, image)
      if (!size) throw printNotPossible(`Image ${position} does not say how large its pixels are; print it without true size.`, { reason: 'noTrueSize', position })
      if (size.width > place.width || size.height > place.height) {
        throw printNotPossible(
          `In true size, image ${position} is larger than its place of ${Math.floor(place.width)} by ${Math.floor(place.height)} mm; choose a larger film, or fewer images on it.`,
          { reason: 'tooLarge', position },
        )
      }
      placed.push({ ...image, position, widthMm: size.width })
    }
    return placed
  }

  /** @throws noSuchFilmPrinter, printNotPossible when the printer does not do what is asked */
  const printerFor = async ({ organisationId }: Access, settings: PrintSettings, asked: { readonly gatewayId: string; readonly printerId: string }): Promise<FilmPrinter> => {
    const printer = (await printersOf(db, organisationId, now())).find(({ gatewayId, printerId }) => gatewayId === asked.gatewayId && printerId === asked.printerId)
    if (!printer) throw noSuchFilmPrinter('No gateway of your organisation has this printer.')
    if (settings.colour === 'color' && printer.colour !== 'color') throw printNotPossible('The printer prints greys alone.', { reason: 'noColour' })
    if (!printer.filmSizes.includes(settings.FilmSizeID)) throw printNotPossible('The printer has no films of this size.', { reason: 'noSuchFilm' })
    if (settings.copies > printer.maxCopies) throw printNotPossible(`The printer makes ${printer.maxCopies} copies at most.`, { reason: 'tooManyCopies' })
    if (settings.MediumType !== undefined && !printer.mediumTypes.includes(settings.MediumType)) throw printNotPossible('The printer has no such medium.', { reason: 'noSuchMedium' })
    return printer
  }

  /** Nobody is to read one patient's image as another's. @throws printNotPossible */
  const ofOnePatient = async ({ organisationId }: Access, chosen: readonly FilmImage[]): Promise<void> => {
    const patients = await patientCount(db, organisationId, chosen.map(({ StudyInstanceUID }) => StudyInstanceUID))
    if (patients > 1) throw printNotPossible(`Images of ${patients} patients would stand together; choose one patient's at a time.`, { reason: 'severalPatients', patients })
  }

  const begin = async (access: Access, settings: PrintSettings, placed: readonly PrintedImage[], printer: FilmPrinter | undefined): Promise<PrintJob> => {
    const { organisationId, accountId } = collectorOf(access)
    await ofOnePatient(access, placed)
    const createdAt = now()
    const jobId = await db.transaction(async (trx) => {
      const made = await insertJob(trx, {
        organisationId, accountId, createdAt, settings, images: placed,
        ...(printer && { printer: { gatewayId: printer.gatewayId, printerId: printer.printerId, name: printer.name, expiresAt: new Date(createdAt.getTime() + waitMs) } }),
      })
      await record(trx, [...new Set(placed.map(({ StudyInstanceUID }) => StudyInstanceUID))].map((StudyInstanceUID) => ({
        organisationId,
        actor: `account:${accountId}`,
        action: 'film.print' as const,
        outcome: 'success' as const,
        StudyInstanceUID,
        detail: { jobId: made, images: placed.length, ...(printer && { gatewayId: printer.gatewayId }) },
      })))
      return made
    })
    if (printer) {
      try {
        await gateways.command(access, printer.gatewayId, { name: 'printFilms', arguments: { printerId: printer.printerId, jobId }, expiresAfterSeconds: waitMs / 1000 }, commandKeyOf(jobId))
      } catch (error) {
        await db.transaction((trx) => cancelJob(trx, organisationId, jobId, now()))
        throw error
      }
    }
    return jobOf(access, jobId)
  }

  return {
    basket: async (access, study) => ({ items: await basketOf(db, collectorOf(access), { study }) }),

    add: async (access, addition) => {
      const collector = collectorOf(access)
      if ('images' in addition) return add(collector, addition.images)
      const { window, view, ...series } = addition.series
      const found = await imagesOfSeries(db, collector, series, maxFilmItems + 1)
      return add(collector, found.map((image) => ({ ...image, ...(window && { window }), ...(view && { view }) })))
    },

    arrange: (access, items) => db.transaction(async (trx) => {
      const collector = collectorOf(access)
      await lockBasket(trx, collector)
      if (await orderItems(trx, collector, items) < items.length) throw noSuchFilmItem('An image of these is not in your basket.')
      await noteCollected(trx, collector, { ordered: items.length }, [undefined])
    }),

    remove: (access, itemId) => db.transaction(async (trx) => {
      const collector = collectorOf(access)
      const removed = await removeItems(trx, collector, { ids: [itemId] })
      if (removed === 0) throw noSuchFilmItem('Your basket has no image of this id.')
      await noteCollected(trx, collector, { removed }, [undefined])
    }),
    clear: (access, study) => db.transaction(async (trx) => {
      const collector = collectorOf(access)
      const removed = await removeItems(trx, collector, { study })
      if (removed > 0) await noteCollected(trx, collector, { removed }, [study])
    }),

    printers: async ({ organisationId }) => ({ items: await printersOf(db, organisationId, now()) }),

    print: async (access, { items, settings, printer: asked, keepsItems = false }) => {
      const collector = collectorOf(access)
      const found = new Map((await basketOf(db, collector, { ids: items })).map((item) => [item.itemId, item]))
      const chosen = items.map((itemId) => {
        const item = found.get(itemId)
        if (!item) throw noSuchFilmItem('An image of these is not in your basket, has gone, or is kept from films.')
        return item
      })
      if (sheetsOf(items.length, settings) > maxFilmsOfJob) throw printNotPossible(`One print job takes ${maxFilmsOfJob} films; choose fewer images, or more on a film.`, { reason: 'tooManyFilms', maxFilmsOfJob })
      const printer = asked && await printerFor(access, settings, asked)
      const placed = await sized(access, settings, chosen)
      const job = await begin(access, settings, placed, printer)
      // Not before: a gateway that takes no more commands leaves the basket as it was.
      if (!keepsItems) await removeItems(db, collector, { ids: items })
      return job
    },

    jobs: async (access, { study, cursor, limit = defaultPageSize }) => {
      const found = await jobsOf(db, access, { study, before: decodeCursor(cursor, Position)?.[0], limit: limit + 1 })
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: await toJobs(found.slice(0, limit)), ...(last && { next: encodeCursor([last.job_key]) }) }
    },
    job: jobOf,

    cancel: async (access, jobId) => {
      const { studies, gateway_id: gatewayId } = await find(access, jobId)
      await db.transaction(async (trx) => {
        if (!await cancelJob(trx, access.organisationId, jobId, now())) throw printJobBegun('Only what waits for its gateway is called off.')
        if (gatewayId !== null) await withdrawCommand(trx, { organisationId: access.organisationId, gatewayId }, commandKeyOf(jobId))
        await record(
          trx,
          studies.map((StudyInstanceUID) => ({
            organisationId: access.organisationId,
            actor: actorOf(access),
            action: 'film.cancel' as const,
            outcome: 'success' as const,
            StudyInstanceUID,
            detail: { jobId },
          })),
        )
      })
      return jobOf(access, jobId)
    },

    repeat: async (access, jobId) => {
      const row = await find(access, jobId)
      const again = await imagesOfJob(db, access.organisationId, row.job_key)
      if (again.length < row.images) throw printNotPossible('An image of it has gone, or is kept from films now.', { reason: 'imagesGone' })
      const printer = row.gateway_id === null || row.printer_id === null ? undefined : await printerFor(access, row.settings, { gatewayId: row.gateway_id, printerId: row.printer_id })
      return begin(access, row.settings, again, printer)
    },

    document: async (access, jobId, signal) => {
      const row = await find(access, jobId)
      const placed = await imagesOfJob(db, access.organisationId, row.job_key)
      const bytes = filmDocument(
        row.settings,
        placed.map((image) => ({
          position: image.position,
          widthMm: image.widthMm,
          SOPInstanceUID: image.SOPInstanceUID,
          frame: image.frame,
          jpeg: () => drawn(images.jpeg(access, image, row.settings, signal)),
        })),
      )
      return { job: toJob(row, undefined, now()), bytes }
    },

    order: async (access, jobId) => {
      const { settings, placed } = await ordered(access, jobId)
      const { columns, rows, FilmOrientation, FilmSizeID, copies, PrintPriority, MediumType, colour } = settings
      const places = columns * rows
      const sheets = Array.from({ length: sheetsOf(placed.at(-1)?.position ?? 0, settings) }, (_, sheet) => ({
        columns, rows, FilmOrientation, FilmSizeID,
        images: placed.filter(({ position }) => Math.floor((position - 1) / places) === sheet)
          .map(({ position, widthMm }) => ({ imageId: String(position), position: ((position - 1) % places) + 1, ...(widthMm === undefined ? {} : { RequestedImageSize: widthMm }) })),
      }))
      return { jobId, colour, NumberOfCopies: copies, PrintPriority, ...(MediumType === undefined ? {} : { MediumType }), sheets: sheets.filter((sheet) => sheet.images.length > 0) }
    },

    orderedImage: async (access, jobId, position, signal) => {
      const { settings, placed } = await ordered(access, jobId)
      const image = placed.find((one) => one.position === position)
      const bytes = image && await images.anymap(access, image, settings, signal)
      if (!image || !bytes) throw noSuchPrintJob('The print job has no such image now.')
      return { StudyInstanceUID: image.StudyInstanceUID, bytes }
    },
  }

  /** @throws noSuchPrintJob, forbidden for who is no gateway */
  async function ordered({ organisationId, actor }: Access, jobId: string): Promise<{ readonly settings: PrintSettings; readonly placed: readonly PrintedImage[] }> {
    if (actor.kind !== 'gateway') throw forbidden('Only the gateway that prints reads its orders.')
    const job = await beginJob(db, organisationId, actor.id, jobId, now())
    // Decided again: hours may lie between the order and its gateway.
    const isAllowed = job && (await membershipsOf(db, job.created_by)).some((membership) => membership.organisationId === organisationId && permissionsOf(membership).has('study.print_film'))
    const placed = isAllowed && await imagesOfJob(db, organisationId, job.job_key)
    if (!placed || placed.length === 0) throw noSuchPrintJob('There is nothing to be printed under this id.')
    return { settings: job.settings, placed }
  }
}

/** What the command of a print job is found by. */
const commandKeyOf = (jobId: string): string => `film:${jobId}`

/** An image that cannot be drawn leaves its place to words: the answer has begun, and the others are wanted. What else goes wrong rises. */
const drawn = (jpeg: Promise<Uint8Array | undefined>): Promise<Uint8Array | 'notDrawable' | undefined> => jpeg.catch((error: unknown) => {
  if (error instanceof ProblemError) return 'notDrawable'
  throw error
})

/** @throws forbidden for who is no person: a basket is somebody's */
function collectorOf({ organisationId, actor, studies }: Access): Collector {
  if (actor.kind !== 'account') throw forbidden('Film baskets are of persons; a token has none.')
  return { organisationId, accountId: actor.id, studies }
}

function toJob(row: JobRow, creator: string | undefined, at: Date): PrintJob {
  const state = stateOf(row, at)
  return {
    jobId: row.job_id, state, settings: row.settings, images: row.images, sheets: sheetsOf(row.images, row.settings), studies: [...row.studies],
    createdBy: { actor: `account:${row.created_by}`, ...(creator === undefined ? {} : { name: creator }) }, createdAt: row.created_at.toISOString(),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    ...(row.gateway_id === null || row.printer_id === null
      ? {}
      : {
        printer: {
          gatewayId: row.gateway_id,
          gatewayName: row.gateway_name ?? '',
          printerId: row.printer_id,
          printerName: row.printer_name ?? row.printer_id,
        },
      }),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    actions: [...(state === 'waiting' ? ['cancel' as const] : []), 'repeat', 'fetch'],
  }
}

