/** Modality Worklist C-FIND, answered from the server's worklist (PS3.4 Annex K). */
import { sopClassUID, tagOf, type DicomJson } from '@isocenter/dicom'
import { dimseStatus, type Match, type QueryRequest } from '@isocenter/dimse'
import type { GatewayService } from '../../reception/index.ts'
import { keysOf, searchParametersOf } from '../query/identifier.ts'
import { returned } from '../query/match.ts'
import { asStatus } from '../upstream/failure-status.ts'
import { search } from '../upstream/search.ts'
import type { Upstream } from '../upstream/upstream.ts'

const specificCharacterSet = tagOf('SpecificCharacterSet')

/** Answers modalities that ask what to do next, in their own character set. */
export function worklistService(upstream: Upstream): GatewayService {
  return { name: 'worklist', SOPClassUIDs: [sopClassUID('ModalityWorklistInformationModelFind')], handlers: { find: (request) => find(upstream, request) } }
}

async function* find(upstream: Upstream, { identifier, signal }: QueryRequest): AsyncGenerator<Match, void, undefined> {
  const keys = keysOf(identifier).filter(({ tag }) => tag !== specificCharacterSet)
  try {
    for await (const { attributes, areAllKeysSupported } of search(upstream, '/modality-scheduled-procedure-steps', searchParametersOf(keys), signal)) {
      const identifierOfMatch: DicomJson = returned(keys, attributes)
      yield { status: areAllKeysSupported ? dimseStatus.pending.code as 0xff00 : dimseStatus.pendingOptionalKeysUnsupported.code as 0xff01, identifier: identifierOfMatch }
    }
  } catch (error) {
    throw asStatus(error)
  }
}
