/** Films of one organisation: the caller's basket, the printers there are, and what was printed. */
import type { FilmAdded, FilmAddition, FilmBasket, FilmPrinterList, PrintJob, PrintJobPage, PrintJobQuery, PrintRequest } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

/** Where the films of a job are as a PDF, for what a browser fetches by itself. */
export const filmDocumentPath = (organisationId: string, jobId: string): string => `/o/${part(organisationId)}/api/film/print-jobs/${part(jobId)}/document`

const jobPath = (jobId: string) => `/film/print-jobs/${part(jobId)}`

export const film = (api: ApiClient) => ({
  basket: (signal?: AbortSignal) => api.request<FilmBasket>('GET', '/film/basket', { signal }),
  add: (body: FilmAddition) => api.request<FilmAdded>('POST', '/film/basket', { body }),
  /** Keeps the order these images of the basket were put into. */
  arrange: (items: readonly string[]) => api.request('PUT', '/film/basket/order', { body: { items } }),
  remove: (itemId: string) => api.request('DELETE', `/film/basket/${part(itemId)}`),
  /** Of one study where it is named. */
  empty: (study?: string) => api.request('DELETE', '/film/basket', { query: { study } }),
  printers: (signal?: AbortSignal) => api.request<FilmPrinterList>('GET', '/film/printers', { signal }),
  print: (body: PrintRequest) => api.request<PrintJob>('POST', '/film/print-jobs', { body }),
  jobs: (query: PrintJobQuery, signal?: AbortSignal) => api.request<PrintJobPage>('GET', '/film/print-jobs', { query, signal }),
  /** Without a person having asked for it: how far they are. */
  look: (query: PrintJobQuery, signal?: AbortSignal) => api.request<PrintJobPage>('GET', '/film/print-jobs', { query, signal, isBackground: true }),
  cancel: (jobId: string) => api.request<PrintJob>('POST', `${jobPath(jobId)}/cancellation`),
  repeat: (jobId: string) => api.request<PrintJob>('POST', `${jobPath(jobId)}/repetition`),
})
