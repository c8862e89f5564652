/** Files on their way into the study list: read first, sent when somebody has looked at what they say, some at once, each with what came of it. */
import { ApiProblem, createStore, session, uploadInstance, type Store } from '@isocenter/api-client'
import { browserArchiveBytes, browserInstanceBytes, type FileDescription, type UploadCorrections, type UploadFinding } from '@isocenter/contracts'
import { headBytes, kindOfFile, type Header } from './dicom-file.ts'
import { ZipBroken, zipEntries } from './zip.ts'

export type UploadOutcome = 'reading' | 'ready' | 'waiting' | 'sending' | 'stored' | 'alreadyThere' | 'heldApart' | 'refused' | 'failed' | 'tooLarge' | 'notDicom' | 'brokenArchive' | 'stopped'

export interface UploadItem {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly sent: number
  readonly outcome: UploadOutcome
  /** What the file says; undefined where it could not be read, which the server settles. */
  readonly header?: Header | undefined
  /** A picture, a document or a video, of which the server makes an object. */
  readonly isFile?: boolean | undefined
  readonly finding?: UploadFinding | undefined
  readonly StudyInstanceUID?: string | undefined
  /** Failure Reason (0008,1197), or the problem's name. */
  readonly reason?: string | undefined
}

/** Corrections by StudyInstanceUID. */
export type CorrectionsByStudy = ReadonlyMap<string, UploadCorrections>

/** What all pictures, documents and videos that are sent together have in common. */
export type FileTarget = Omit<FileDescription, 'InstanceNumber' | 'batch'>

export interface UploadQueue {
  readonly items: Store<readonly UploadItem[]>
  readonly add: (files: readonly File[]) => void
  /** Sends what is ready; what is corrected of a study goes with its files. Pictures, documents and videos stay where nobody says what they are. */
  readonly send: (corrections: CorrectionsByStudy, files: FileTarget | undefined) => void
  /** Forgets what is ready. */
  readonly discard: () => void
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
  readonly peek: () => Promise<Blob>
}

/** Uploads into one organisation; it goes on while other pages are looked at. */
export function createUploadQueue(organisationId: string): UploadQueue {
  const items = createStore<readonly UploadItem[]>([])
  const jobs = new Map<number, Job>()
  const unread: Job[] = []
  const waiting: Job[] = []
  const corrected = new Map<string, UploadCorrections>()
  const described = new Map<number, FileDescription>()
  let stopping = new AbortController()
  let running = 0
  let isReading = false
  let lastId = 0

  const changeAll = (changes: ReadonlyMap<number, Partial<UploadItem>>) => { items.set(items.get().map((item) => ({ ...item, ...changes.get(item.id) }))) }
  const change = (id: number, members: Partial<UploadItem>) => { changeAll(new Map([[id, members]])) }
  const append = (name: string, bytes: number, outcome: UploadOutcome): number => {
    const id = ++lastId
    items.set([...items.get(), { id, name, bytes, sent: 0, outcome }])
    return id
  }
  const enqueue = (name: string, bytes: number, take: () => Promise<Blob>, peek: () => Promise<Blob>) => {
    if (bytes >= browserInstanceBytes) {
      append(name, bytes, 'tooLarge')
      return
    }
    const job = { id: append(name, bytes, 'reading'), take, peek }
    jobs.set(job.id, job)
    unread.push(job)
    void read()
  }
  const readOne = async ({ peek }: Job): Promise<Partial<UploadItem>> => {
    try {
      const found = await kindOfFile(await peek())
      if (found.kind === 'file') return { outcome: 'ready', isFile: true }
      return found.kind === 'instance' ? { outcome: 'ready', header: found.header } : { outcome: 'notDicom' }
    } catch (error) {
      // Of a file that is gone, or may not be read.
      return error instanceof ZipBroken ? { outcome: 'brokenArchive', reason: error.message } : { outcome: 'failed', reason: error instanceof Error ? error.name : '' }
    }
  }
  /** Some at once, told together: thousands of files are chosen. */
  const read = async () => {
    if (isReading) return
    isReading = true
    for (let some = unread.splice(0, 32); some.length > 0; some = unread.splice(0, 32)) {
      changeAll(new Map(await Promise.all(some.map(async (job) => [job.id, await readOne(job)] as const))))
    }
    isReading = false
  }

  const send = async ({ id, take }: Job, signal: AbortSignal) => {
    change(id, { outcome: 'sending', sent: 0, reason: undefined })
    const blob = await take()
    if (blob.size >= browserInstanceBytes) return change(id, { outcome: 'tooLarge' })
    const uid = items.get().find((item) => item.id === id)?.header?.StudyInstanceUID
    const corrections = uid === undefined ? undefined : corrected.get(uid)
    const { disposition, status, StudyInstanceUID, failureReason, finding } = await uploadInstance(session.api.of(organisationId), blob, { signal, corrections, describes: described.get(id), onProgress: (sent) => { change(id, { sent }) } })
    const isStored = disposition !== 'notStored'
    // Made once: what is corrected afterwards in the list is not taken back by a later file. What is held apart is in no study they could be made of.
    if (StudyInstanceUID !== undefined && uid !== undefined) corrected.delete(uid)
    change(id, { outcome: isStored ? disposition : 'refused', sent: blob.size, StudyInstanceUID, finding, reason: isStored || finding !== undefined ? undefined : failureReason === undefined ? String(status) : `0x${failureReason.toString(16).toUpperCase().padStart(4, '0')}` })
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
  const enqueueAgain = (isMeant: (item: UploadItem) => boolean) => {
    const again = items.get().flatMap((item) => (isMeant(item) ? jobs.get(item.id) ?? [] : []))
    changeAll(new Map(again.map(({ id }) => [id, { outcome: 'waiting' }])))
    waiting.push(...again)
    work()
  }

  const addArchive = async (archive: File) => {
    if (archive.size >= browserArchiveBytes) {
      append(archive.name, archive.size, 'tooLarge')
      return
    }
    try {
      for (const { name, size, read: unpack, peek } of await zipEntries(archive)) enqueue(`${archive.name}/${name}`, size, () => unpack(browserInstanceBytes), () => peek(headBytes))
    } catch (error) {
      if (!(error instanceof ZipBroken)) throw error
      append(archive.name, archive.size, 'brokenArchive')
    }
  }

  return {
    items,
    add: (files) => {
      for (const file of files) {
        if (isArchive(file.name)) void addArchive(file)
        else enqueue(file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file.size, () => Promise.resolve(file), () => Promise.resolve(file.slice(0, headBytes)))
      }
    },
    send: (corrections, target) => {
      for (const [uid, values] of corrections) corrected.set(uid, values)
      const batch = crypto.randomUUID()
      if (target !== undefined) for (const [nth, { id }] of items.get().filter(({ outcome, isFile }) => outcome === 'ready' && isFile === true).entries()) described.set(id, { ...target, batch, InstanceNumber: nth + 1 })
      enqueueAgain(({ outcome, isFile }) => outcome === 'ready' && (isFile !== true || target !== undefined))
    },
    discard: () => { items.set(items.get().filter(({ outcome }) => outcome !== 'ready')) },
    retry: () => { enqueueAgain(({ outcome }) => outcome === 'failed' || outcome === 'stopped') },
    stop: () => {
      stopping.abort()
      stopping = new AbortController()
      changeAll(new Map(waiting.splice(0).map(({ id }) => [id, { outcome: 'stopped' }])))
    },
  }
}
