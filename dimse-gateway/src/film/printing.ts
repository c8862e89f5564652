/** The film printers of this site, and printing on them for the cloud. */
import { anymapType, PrintOrder, type FilmPrinterDescription, type PrintOutcome } from '@isocenter/contracts'
import { DimseStatusError, NoPresentationContext, printContexts, printerState, type PrinterState } from '@isocenter/dimse'
import { Value } from 'typebox/value'
import type { Printer } from '../configuration/printers.ts'
import type { Configuration } from '../configuration/schema.ts'
import { associationFailureOf, type AssociationFailure } from '../nodes/association-failure.ts'
import { connectTo } from '../nodes/connect-to.ts'
import type { Secrets } from '../nodes/node-tls.ts'
import { UpstreamRefused, UpstreamUnavailable, type Upstream } from '../services/upstream/upstream.ts'
import { NoAnymap, readAnymap, type Anymap } from './anymap.ts'
import { ImagesUnavailable, printOrder } from './print-order.ts'

/** What a printer says of itself, or why it could not be asked. */
export interface PrinterTest {
  readonly state?: PrinterState
  readonly failure?: { readonly reason: AssociationFailure['code']; readonly text?: string }
}

export interface FilmPrinting {
  printers(): FilmPrinterDescription[]
  /** Reads an order of the cloud's and prints it; a printer that would not is an answer. */
  print(printerId: string, jobId: string): Promise<PrintOutcome>
  /** Asks a printer how it is; one that does not answer is an answer. */
  test(printer: Printer, signal?: AbortSignal): Promise<PrinterTest>
  /** Ends what is being printed. */
  close(): void
}

export interface FilmPrintingOptions {
  readonly configuration: () => Configuration
  readonly secrets: Secrets
  readonly aeTitle: () => string
  readonly upstream: Upstream
}

const testTimeoutMs = 15_000

export function createFilmPrinting({ configuration, secrets, aeTitle, upstream }: FilmPrintingOptions): FilmPrinting {
  const closing = new AbortController()
  const ordersPath = (jobId: string): string => `/api/gateways/self/print-jobs/${jobId}`

  /** @throws UpstreamUnavailable, UpstreamRefused; the signal's reason */
  async function orderOf(jobId: string, signal: AbortSignal): Promise<PrintOrder | undefined> {
    const answer = await upstream.ask({ path: ordersPath(jobId), accept: 'application/json', signal })
    const order = await answer.json()
    return Value.Check(PrintOrder, order) ? order : undefined
  }

  async function imageOf(jobId: string, imageId: string, signal: AbortSignal): Promise<Anymap> {
    try {
      const { body } = await upstream.ask({ path: `${ordersPath(jobId)}/images/${imageId}`, accept: anymapType, signal })
      const image = await readAnymap(body)
      return { ...image, pixels: available(image.pixels) }
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  return {
    printers: () => configuration().printers.map(({ id, name, colour, filmSizes, mediumTypes, maxCopies }) => ({ printerId: id, name, colour, filmSizes, mediumTypes, maxCopies })),

    async print(printerId, jobId) {
      const { signal } = closing
      const nothing = (reason: 'unknownPrinter' | 'imagesUnavailable'): PrintOutcome => ({ sheets: 0, warnings: [], failure: { reason } })
      const printer = configuration().printers.find(({ id }) => id === printerId)
      if (!printer) return nothing('unknownPrinter')
      let order: PrintOrder | undefined
      try {
        order = await orderOf(jobId, signal)
      } catch (error) {
        if (!isUnavailable(error)) throw error
      }
      if (!order) return nothing('imagesUnavailable')
      return printOrder(order, { printer, callingAETitle: aeTitle(), secrets, signal, imageOf: (imageId, stop) => imageOf(jobId, imageId, stop) })
    },

    async test(printer, signal = closing.signal) {
      try {
        return { state: await stateOf(printer, AbortSignal.any([signal, closing.signal, AbortSignal.timeout(testTimeoutMs)])) }
      } catch (error) {
        signal.throwIfAborted()
        const failure = associationFailureOf(error)
        if (failure) return { failure: { reason: failure.code, text: failure.detail } }
        if (error instanceof DimseStatusError || error instanceof NoPresentationContext) return { failure: { reason: 'nodeFailing', text: error.message } }
        if (error instanceof DOMException && error.name === 'TimeoutError') return { failure: { reason: 'timedOut' } }
        throw error
      }
    },

    close: () => { closing.abort(new Error('the gateway is stopping')) },
  }

  async function stateOf(printer: Printer, signal: AbortSignal): Promise<PrinterState> {
    await using connection = await connectTo(printer, { callingAETitle: aeTitle(), secrets, contexts: printContexts(printer.colour), signal })
    return await printerState(connection, printer.colour, { signal })
  }
}

/** The line may break in the middle of an image too. */
async function* available(pixels: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pixels
  } catch (error) {
    throw asUnavailable(error)
  }
}

const isUnavailable = (error: unknown): boolean => error instanceof UpstreamUnavailable || error instanceof UpstreamRefused
const asUnavailable = (error: unknown): unknown => (isUnavailable(error) || error instanceof NoAnymap ? new ImagesUnavailable('an image of the order cannot be had', { cause: error }) : error)
