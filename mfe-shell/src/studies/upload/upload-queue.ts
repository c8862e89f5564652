/** Files on their way into the study list: some at once, each with what came of it. */
import { ApiProblem, createStore, session, uploadInstance, type Store } from '@isocenter/api-client'
import { browserArchiveBytes, browserInstanceBytes } from '@isocenter/contracts'
import { kindOfFile } from './dicom-file.ts'
import { ZipBroken, zipEntries } from './zip.ts'

export type UploadOutcome = 'waiting' | 'sending' | 'stored' | 'refused' | 'failed' | 'tooLarge' | 'notDicom' | 'brokenArchive' | 'stopped'

export interface UploadItem {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly sent: number
  readonly outcome: UploadOutcome
  readonly StudyInstanceUID?: string | undefined
  /** Failure Reason (0008,1197), or the problem's name. */
  readonly reason?: string | undefined
}

export interface UploadQueue {
  readonly items: Store<readonly UploadItem[]>
  readonly add: (files: readonly File[]) => void
  /** Those that failed once more. */
  readonly retry: () => void
  readonly stop: () => void
}

/** As many as a browser asks one server at once over HTTP/1.1, less those the rest of the page needs. */
const atOnce = 4
const isArchive = (name: string): boolean => /\.zip$/i.test(name)

interface Job {
  readonly id: number
  readonly take: () => Promise<Blob>
}

/** Uploads into one organisation; it goes on while other pages are looked at. */
export function createUploadQueue(organisationId: string): UploadQueue {
  const items = createStore<readonly UploadItem[]>([])
  const jobs = new Map<number, Job>()
  const waiting: Job[] = []
  let stopping = new AbortController()
  let running = 0
  let lastId = 0

  const change = (id: number, members: Partial<UploadItem>) => { items.set(items.get().map((item) => (item.id === id ? { ...item, ...members } : item))) }
  const append = (name: string, bytes: number, outcome: UploadOutcome): number => {
    const id = ++lastId
    items.set([...items.get(), { id, name, bytes, sent: 0, outcome }])
    return id
  }
  const enqueue = (name: string, bytes: number, take: () => Promise<Blob>) => {
    if (bytes >= browserInstanceBytes) {
      append(name, bytes, 'tooLarge')
      return
    }
    const job = { id: append(name, bytes, 'waiting'), take }
    jobs.set(job.id, job)
    waiting.push(job)
    work()
  }

  const send = async ({ id, take }: Job, signal: AbortSignal) => {
    change(id, { outcome: 'sending', sent: 0, reason: undefined })
    const blob = await take()
    if (blob.size >= browserInstanceBytes) return change(id, { outcome: 'tooLarge' })
    if (await kindOfFile(blob) !== 'instance') return change(id, { outcome: 'notDicom' })
    const { status, StudyInstanceUID, failureReason } = await uploadInstance(session.api.of(organisationId), blob, { signal, onProgress: (sent) => { change(id, { sent }) } })
    const isStored = status >= 200 && status < 300 && failureReason === undefined
    change(id, { outcome: isStored ? 'stored' : 'refused', sent: blob.size, StudyInstanceUID, reason: isStored ? undefined : failureReason === undefined ? String(status) : `0x${failureReason.toString(16).toUpperCase().padStart(4, '0')}` })
  }
  const run = async (job: Job) => {
    const { signal } = stopping
    try {
      await send(job, signal)
    } catch (error) {
      if (signal.aborted) change(job.id, { outcome: 'stopped' })
      else if (error instanceof ZipBroken) change(job.id, { outcome: 'brokenArchive', reason: error.message })
      else if (error instanceof ApiProblem) change(job.id, { outcome: 'failed', reason: error.code })
      else change(job.id, { outcome: 'failed', reason: error instanceof Error ? error.name : '' })
    }
  }
  const work = () => {
    while (running < atOnce) {
      const job = waiting.shift()
      if (job === undefined) return
      running++
      void run(job).finally(() => {
        running--
        work()
      })
    }
  }

  const addArchive = async (archive: File) => {
    if (archive.size >= browserArchiveBytes) {
      append(archive.name, archive.size, 'tooLarge')
      return
    }
    try {
      for (const { name, size, read } of await zipEntries(archive)) enqueue(`${archive.name}/${name}`, size, () => read(browserInstanceBytes))
    } catch (error) {
      if (!(error instanceof ZipBroken)) throw error
      append(archive.name, archive.size, 'brokenArchive')
    }
  }

  return {
    items,
    add: (files) => { for (const file of files) if (isArchive(file.name)) void addArchive(file); else enqueue(file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file.size, () => Promise.resolve(file)) },
    retry: () => {
      for (const { id, outcome } of items.get()) {
        const job = jobs.get(id)
        if (job === undefined || (outcome !== 'failed' && outcome !== 'stopped')) continue
        change(id, { outcome: 'waiting' })
        waiting.push(job)
      }
      work()
    },
    stop: () => {
      stopping.abort()
      stopping = new AbortController()
      for (const { id } of waiting.splice(0)) change(id, { outcome: 'stopped' })
    },
  }
}
