/** Fetches studies from an old archive into the spool, from where they go the way of everything received. */
import { DimseStatusError, statusName } from '@isocenter/dimse'
import type { Configuration } from '../../configuration/schema.ts'
import type { DicomNode } from '../../configuration/nodes.ts'
import type { Secrets } from '../../nodes/node-tls.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { moveStudy, studiesIn, type ArchiveCall, type ArchiveFilter, type ArchiveStudy } from './archive.ts'
import { createPullTable, type PulledStudy, type WantedStudy } from './pull-table.ts'

const lookEveryMs = 2_000
const maxAttempts = 5
const pauseMs = 60_000
/** Shown of one search; more is no list anybody reads. */
const maxShown = 500
/** Studies of one day, or of whatever else is fetched by a filter. */
const maxStudies = 20_000

/** The node is none that can be asked for studies. */
export class NoArchive extends Error {
  override readonly name = 'NoArchive'
}

export interface Pulls {
  /** @throws NoArchive; what the association throws */
  search(nodeId: string, filter: ArchiveFilter, signal?: AbortSignal): Promise<{ studies: ArchiveStudy[]; hasMore: boolean }>
  /** Fetches these studies, one after another. @throws NoArchive */
  pullStudies(nodeId: string, studies: readonly WantedStudy[]): Promise<{ added: number }>
  /** Fetches whatever the archive has of a filter, as of a day, up to a bound; more is told. @throws NoArchive; what the association throws */
  pullMatching(nodeId: string, filter: ArchiveFilter, signal?: AbortSignal): Promise<{ added: number; hasMore: boolean }>
  cancelWaiting(nodeId?: string): Promise<{ cancelled: number }>
  /** The newest first. */
  list(limit: number): readonly PulledStudy[]
  subscribe(listener: () => void): () => void
  removeSettledBefore(moment: Date): number
  close(): Promise<void>
}

export interface PullDeps {
  readonly database: Database
  readonly configuration: () => Configuration
  readonly secrets: Secrets
  readonly clock: Clock
  readonly log: Log
}

export function createPulls({ database, configuration, secrets, clock, log }: PullDeps): Pulls {
  const table = createPullTable(database)
  table.recover()
  const listeners = new Set<() => void>()
  const stop = new AbortController()
  let working: Promise<void> | undefined
  const timer = setInterval(() => { void work() }, lookEveryMs).unref()
  const tell = (): void => { for (const listener of listeners) listener() }

  function archive(nodeId: string, signal?: AbortSignal): ArchiveCall {
    const node = configuration().nodes.find((one): one is DicomNode => one.id === nodeId && one.kind === 'dicom')
    if (!node) throw new NoArchive('No DICOM node has this id.')
    return { node, callingAETitle: configuration().service.aeTitle, secrets, signal }
  }

  async function add(nodeId: string, studies: readonly WantedStudy[]): Promise<{ added: number }> {
    const added = await database.write(() => table.add(nodeId, studies, clock()), { durable: true })
    tell()
    void work()
    return { added }
  }

  async function workOff(): Promise<void> {
    for (let study = table.due(clock()); study && !stop.signal.aborted; study = table.due(clock())) {
      await pull(study)
      tell()
    }
  }

  async function pull(study: PulledStudy): Promise<void> {
    const { id, nodeId, StudyInstanceUID } = study
    await database.write(() => { table.moving(id) })
    tell()
    try {
      const call = archive(nodeId, stop.signal)
      let completed = 0
      let failed = 0
      for await (const progress of moveStudy(call, StudyInstanceUID, configuration().service.aeTitle)) {
        completed = progress.completed ?? completed
        failed = progress.failed ?? failed
        await database.write(() => { table.progress(id, { completed, failed, remaining: progress.remaining }) })
        tell()
      }
      if (failed > 0) await again(study, `${failed} of ${completed + failed} instances were not sent`)
      else await database.write(() => { table.settle(id, 'done', clock()) })
    } catch (error) {
      if (stop.signal.aborted) return
      log.warn({ err: error, nodeId, StudyInstanceUID }, 'a study could not be fetched')
      const reason = error instanceof DimseStatusError ? statusName(error.status) : error instanceof Error ? error.message : 'unknown'
      if (error instanceof NoArchive) await database.write(() => { table.settle(id, 'failed', clock(), reason) })
      else await again(study, reason)
    }
  }

  async function again({ id, attempts }: PulledStudy, reason: string): Promise<void> {
    await database.write(() => {
      if (attempts + 1 >= maxAttempts) table.settle(id, 'failed', clock(), reason)
      else table.postpone(id, new Date(clock().getTime() + pauseMs * 2 ** attempts), reason)
    })
  }

  function work(): Promise<void> {
    working ??= workOff()
      .catch((error: unknown) => { log.error({ err: error }, 'studies could not be fetched') })
      .finally(() => { working = undefined })
    return working
  }

  return {
    async search(nodeId, filter, signal) {
      const studies: ArchiveStudy[] = []
      for await (const study of studiesIn(archive(nodeId, signal), filter)) {
        if (studies.length >= maxShown) return { studies, hasMore: true }
        studies.push(study)
      }
      return { studies, hasMore: false }
    },
    async pullStudies(nodeId, studies) {
      archive(nodeId)
      return add(nodeId, studies)
    },
    async pullMatching(nodeId, filter, signal) {
      const studies: WantedStudy[] = []
      let hasMore = false
      for await (const study of studiesIn(archive(nodeId, signal), filter)) {
        hasMore = studies.length >= maxStudies
        if (hasMore) break
        studies.push(study)
      }
      return { ...await add(nodeId, studies), hasMore }
    },
    async cancelWaiting(nodeId) {
      const cancelled = await database.write(() => table.cancelWaiting(nodeId, clock()))
      tell()
      return { cancelled }
    },
    list: (limit) => table.list(limit),
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    removeSettledBefore: (moment) => table.removeSettledBefore(moment),
    async close() {
      clearInterval(timer)
      stop.abort()
      await working
    },
  }
}
