import { DimseStatusError } from '@isocenter/dimse'
import type { Configuration } from '../configuration/schema.ts'
import { associationFailureOf } from '../nodes/association-failure.ts'
import { withoutUndefined } from '../platform/without-undefined.ts'
import type { Records } from '../records/records.ts'
import { NoArchive, type PulledStudy, type Pulls } from '../services/index.ts'
import type { GatewayControl } from './actions.ts'
import { archiveFailed, noSuchArchive } from './problems.ts'
import type { ArchiveStudy, FetchedStudy } from './wire/fetches.ts'

export interface FetchParts {
  readonly pulls: Pick<Pulls, 'search' | 'pullStudies' | 'pullMatching' | 'cancelWaiting' | 'list' | 'subscribe'>
  readonly records: Pick<Records, 'study'>
  readonly configuration: () => Configuration
}

type FetchControl = Pick<GatewayControl, 'searchArchive' | 'fetchStudies' | 'fetchMatching' | 'fetches' | 'cancelFetches'>

/** Fetching from other archives, as it is seen and steered. */
export function createFetchControl({ pulls, records, configuration }: FetchParts): FetchControl {
  return {
    async searchArchive(nodeId, filter, signal) {
      const { studies, hasMore } = await asked(() => pulls.search(nodeId, filter, signal))
      return { hasMore, studies: studies.map((study): ArchiveStudy => ({ ...withoutUndefined(study), ModalitiesInStudy: [...study.ModalitiesInStudy], received: records.study(study.StudyInstanceUID)?.instances ?? 0 })) }
    },
    fetchStudies: async (nodeId, studies) => ({ ...await asked(() => pulls.pullStudies(nodeId, studies)), hasMore: false }),
    fetchMatching: (nodeId, filter, signal) => asked(() => pulls.pullMatching(nodeId, filter, signal)),
    fetches: async (limit) => {
      const names = new Map(configuration().nodes.map(({ id, name }) => [id, name]))
      return pulls.list(limit).map((study) => toFetchedStudy(study, names.get(study.nodeId) ?? study.nodeId))
    },
    cancelFetches: (nodeId) => pulls.cancelWaiting(nodeId),
  }
}

/** @throws noSuchArchive, archiveFailed; what is neither the caller's nor the archive's fault as it is */
async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof NoArchive) throw noSuchArchive(error.message)
    if (error instanceof DimseStatusError) throw archiveFailed(error.message, { failure: { reason: 'refused', text: error.message } })
    const failure = associationFailureOf(error)
    if (failure) throw archiveFailed(failure.detail, { failure: { reason: failure.code, text: failure.detail } })
    throw error
  }
}

function toFetchedStudy({ askedAt, settledAt, ...study }: PulledStudy, nodeName: string): FetchedStudy {
  return { ...withoutUndefined(study), nodeName, askedAt: askedAt.toISOString(), ...(settledAt && { settledAt: settledAt.toISOString() }) }
}
