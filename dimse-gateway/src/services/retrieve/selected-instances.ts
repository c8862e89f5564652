/** Which instances a C-MOVE or C-GET names (PS3.4 §C.4.2.1.4). */
import { isReadableUID, tagOf, type DicomJson, type DataSet } from '@isocenter/dicom'
import { DimseStatusError, dimseStatus } from '@isocenter/dimse'
import { readQuery, valuesOf, type QueryKey } from '../query/identifier.ts'
import { uniqueKeys, type QueryLevel } from '../query/models.ts'
import { firstText } from '../first-text.ts'
import { search } from '../upstream/search.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** Most instances of one retrieval: what is known of them is held until the last has gone. */
const maxInstances = 100_000

export interface SelectedInstance {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  /** As the server keeps it; undefined when it does not say. */
  readonly transferSyntaxUID: string | undefined
}

/**
 * The instances an identifier names, in the server's order.
 * @throws DimseStatusError when a unique key is missing, or they are too many; UpstreamUnavailable, UpstreamRefused
 */
export async function selectedInstances(upstream: Upstream, SOPClassUID: string, identifier: DataSet, signal: AbortSignal): Promise<SelectedInstance[]> {
  const { level, keys } = readQuery(SOPClassUID, identifier)
  const own = requiredValues(keys, level, 'several')
  /** By SOP Instance UID: what comes into a study while the pages of a result are asked for moves others from one page to the next. */
  const selected = new Map<string, SelectedInstance>()
  const add = async (resource: string, parameters: Readonly<Record<string, string>> = {}): Promise<void> => {
    const query = new URLSearchParams({ ...parameters, includefield: 'AvailableTransferSyntaxUID' })
    for await (const { attributes } of search(upstream, resource, query, signal)) {
      if (selected.size >= maxInstances) throw new DimseStatusError(dimseStatus.unableToCountMatches.code, { ErrorComment: `more than ${maxInstances} instances` })
      const instance = instanceOf(attributes)
      if (instance) selected.set(instance.SOPInstanceUID, instance)
    }
  }
  const above = (upper: QueryLevel): string => requiredValues(keys, upper, 'one')[0] ?? ''
  switch (level) {
    case 'PATIENT':
      for await (const { attributes } of search(upstream, '/studies', new URLSearchParams({ PatientID: above('PATIENT') }), signal)) {
        const uid = firstText(attributes, '0020000D')
        if (uid !== undefined) await add(`/studies/${uid}/instances`)
      }
      break
    case 'STUDY': for (const uid of own) await add(`/studies/${uid}/instances`); break
    case 'SERIES': for (const uid of own) await add(`/studies/${above('STUDY')}/series/${uid}/instances`); break
    case 'IMAGE': for (const some of chunks(own, 50)) await add(`/studies/${above('STUDY')}/series/${above('SERIES')}/instances`, { SOPInstanceUID: some.join(',') }); break
  }
  return [...selected.values()]
}

/**
 * The values of a level's unique key: a list of UIDs at the level retrieved at, one above it, and never more than one PatientID
 * (PS3.4 §C.4.2.1.4.1). UIDs become parts of a path, so what is none is refused.
 */
function requiredValues(keys: readonly QueryKey[], level: QueryLevel, howMany: 'one' | 'several'): string[] {
  const keyword = uniqueKeys[level]
  const values = valuesOf(keys, tagOf(keyword))
  const isFit = level === 'PATIENT' ? values.every((value) => !/[*?]/.test(value)) : values.every(isReadableUID)
  if (values.length > 0 && isFit && (values.length === 1 || (howMany === 'several' && level !== 'PATIENT'))) return values
  throw new DimseStatusError(dimseStatus.doesNotMatchSOPClass.code, { ErrorComment: `${keyword} is missing, or none there can be`, OffendingElement: [tagOf(keyword)] })
}

function instanceOf(attributes: DicomJson): SelectedInstance | undefined {
  const [StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID] = ['0020000D', '0020000E', '00080018', '00080016'].map((tag) => firstText(attributes, tag))
  if (!StudyInstanceUID || !SeriesInstanceUID || !SOPInstanceUID || !SOPClassUID) return undefined
  return { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID, transferSyntaxUID: firstText(attributes, '00083002') }
}

function* chunks<T>(values: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size)
}
