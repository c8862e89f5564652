/** C-FIND of the Query/Retrieve service, answered from the server's searches (PS3.4 §C.4.1). */
import { formatTag, isReadableUID, tagOf, type DicomJson } from '@isocenter/dicom'
import { dimseStatus, type Match, type QueryRequest } from '@isocenter/dimse'
import type { GatewayService } from '../../reception/index.ts'
import { asStatus } from '../upstream/failure-status.ts'
import { search, type SearchResult } from '../upstream/search.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { findNegotiation, isFuzzy } from './extended-negotiation.ts'
import { readQuery, searchParametersOf, valuesOf, withShortLists, type Query } from './identifier.ts'
import { returned } from './match.ts'
import { modelsFor, uniqueKeys } from './models.ts'

/** Patients told apart in one answer; beyond it they may repeat, which a caller has to bear in any case. */
const maxPatientsKnown = 200_000

/** Answers queries at every level of the patient and study root models. */
export function queryService(upstream: Upstream): GatewayService {
  return { name: 'query', SOPClassUIDs: modelsFor('FIND'), handlers: { find: (request) => find(upstream, request) }, extended: findNegotiation }
}

async function* find(upstream: Upstream, { SOPClassUID, identifier, association, context, signal }: QueryRequest): AsyncGenerator<Match, void, undefined> {
  const query = readQuery(SOPClassUID, identifier)
  const always: DicomJson = {
    [formatTag(tagOf('QueryRetrieveLevel'))]: { vr: 'CS', Value: [query.level] },
    [formatTag(tagOf('InstanceAvailability'))]: { vr: 'CS', Value: ['ONLINE'] },
    [formatTag(tagOf('RetrieveAETitle'))]: { vr: 'AE', Value: [association.calledAETitle.trim()] },
  }
  const seen = new Set<string>()
  try {
    for await (const { attributes, areAllKeysSupported } of found(upstream, query, isFuzzy(context), signal)) {
      if (query.level === 'PATIENT' && !isNew(seen, attributes)) continue
      yield {
        status: areAllKeysSupported ? dimseStatus.pending.code as 0xff00 : dimseStatus.pendingOptionalKeysUnsupported.code as 0xff01,
        identifier: { ...returned(query.keys, attributes), ...uniqueKeyOf(query, attributes), ...always },
      }
    }
  } catch (error) {
    throw asStatus(error)
  }
}

/** The results of a query; one with a long list of UIDs is asked in parts, as no server takes a request line of any length. */
async function* found(upstream: Upstream, query: Query, areNamesFuzzy: boolean, signal: AbortSignal): AsyncGenerator<SearchResult, void, undefined> {
  for (const keys of withShortLists(query.keys)) {
    const part = { ...query, keys }
    const parameters = parametersOf(part)
    if (areNamesFuzzy) parameters.set('fuzzymatching', 'true')
    yield* search(upstream, resourceOf(part), parameters, signal)
  }
}

/** The narrowest resource that the unique keys name; without them the query is relational (PS3.4 §C.4.1.2.2). */
function resourceOf({ level, keys }: Query): string {
  const [study] = single(keys, 'StudyInstanceUID')
  const [series] = single(keys, 'SeriesInstanceUID')
  switch (level) {
    case 'PATIENT': case 'STUDY': return '/studies'
    case 'SERIES': return study ? `/studies/${study}/series` : '/series'
    case 'IMAGE': return study && series ? `/studies/${study}/series/${series}/instances` : study ? `/studies/${study}/instances` : '/instances'
  }
}

function single(keys: Query['keys'], keyword: 'StudyInstanceUID' | 'SeriesInstanceUID'): string[] {
  const values = valuesOf(keys, tagOf(keyword))
  // Anything but a UID stays a key, so that the server says what is wrong with it.
  return values.length === 1 && values.every(isReadableUID) ? values : []
}

function parametersOf({ level, keys }: Query): URLSearchParams {
  const parameters = searchParametersOf(keys)
  if (level === 'PATIENT') parameters.set('includefield', [parameters.get('includefield'), '00100020', '00100021'].filter(Boolean).join(','))
  return parameters
}

/** A match always says what it is, whether that was asked for or not. */
function uniqueKeyOf({ level }: Query, attributes: DicomJson): DicomJson {
  const tag = formatTag(tagOf(uniqueKeys[level]))
  return attributes[tag]?.Value ? { [tag]: attributes[tag] } : {}
}

/** Searches find studies; a patient with several comes once. */
function isNew(seen: Set<string>, attributes: DicomJson): boolean {
  const key = JSON.stringify([attributes['00100020']?.Value?.[0], attributes['00100021']?.Value?.[0]])
  if (seen.has(key)) return false
  if (seen.size < maxPatientsKnown) seen.add(key)
  return true
}
