/** The DICOMDIR of a file-set (PS3.3 Annex F, PS3.10 §8): patients, studies, series and instances as records that point at one another. */
import { attribute as definitionOf, tagOf, type Keyword } from './dictionary.ts'
import { instanceRecordKeys, instanceRecordType, patientKeys, seriesKeys, studyKeys } from './directory-records.ts'
import { encodeFileMeta } from './file-meta.ts'
import type { DicomJson, DicomJsonAttribute } from './json.ts'
import { formatTag } from './tag.ts'
import { ExplicitVRLittleEndian } from './transfer-syntax.ts'
import { encodeDataSet } from './write.ts'

const MediaStorageDirectoryStorage = '1.2.840.10008.1.3.10'
/** In use: the only value but that of a deleted record (PS3.3 Table F.3-3). */
const inUse = 0xffff
const itemHeaderBytes = 8

/** One file of the file-set. */
export interface DirectoryFile {
  /** The parts of its File ID, each of at most eight characters of A-Z, 0-9 and underscore (PS3.10 §8.2). */
  readonly fileID: readonly string[]
  readonly transferSyntaxUID: string
  /** The instance's metadata; what of it records need is copied. */
  readonly attributes: DicomJson
}

/** A record with the file it stands for and the records below it. */
interface DirectoryRecord {
  readonly keys: DicomJson
  readonly lower: DirectoryRecord[]
}

interface StudyEntry { readonly record: DirectoryRecord; readonly series: Map<string, DirectoryRecord> }
interface PatientEntry { readonly record: DirectoryRecord; readonly studies: Map<string, StudyEntry> }

/**
 * Gathers the files of a file-set and writes its DICOMDIR. Patient and study are told apart by PatientID and Study Instance UID. A key of Type 1 that an
 * instance lacks stays empty: nothing is made up. Only the keys of each record are held.
 */
export class DirectoryWriter {
  readonly #patients = new Map<string, PatientEntry>()

  /** Adds one file. @throws RangeError when its File ID is none that PS3.10 allows */
  add({ fileID, transferSyntaxUID, attributes }: DirectoryFile): void {
    if (fileID.length === 0 || fileID.length > 8 || !fileID.every((part) => /^[A-Z0-9_]{1,8}$/.test(part))) throw new RangeError('A File ID has one to eight parts of one to eight characters each.')
    const patientKey = uidOf(attributes, 'PatientID')
    const patient = entry(this.#patients, patientKey, (): PatientEntry => ({ record: record('PATIENT', patientKeys, attributes), studies: new Map() }))
    const study = entry(patient.studies, uidOf(attributes, 'StudyInstanceUID'), (): StudyEntry => ({ record: below(patient.record, record('STUDY', studyKeys, attributes)), series: new Map() }))
    const series = entry(study.series, uidOf(attributes, 'SeriesInstanceUID'), () => below(study.record, record('SERIES', seriesKeys, attributes)))
    const SOPClassUID = uidOf(attributes, 'SOPClassUID')
    const type = instanceRecordType(SOPClassUID)
    const { keys, lower } = record(type, instanceRecordKeys(type), attributes)
    below(series, { lower, keys: {
      ...keys,
      ...values({
        ReferencedFileID: { vr: 'CS', Value: fileID }, ReferencedSOPClassUIDInFile: { vr: 'UI', Value: [SOPClassUID] },
        ReferencedSOPInstanceUIDInFile: { vr: 'UI', Value: [uidOf(attributes, 'SOPInstanceUID')] }, ReferencedTransferSyntaxUIDInFile: { vr: 'UI', Value: [transferSyntaxUID] },
      }),
    } })
  }

  /** The whole DICOMDIR, in Explicit VR Little Endian as PS3.10 §8.6 asks. @param SOPInstanceUID its own UID */
  write(SOPInstanceUID: string): Uint8Array {
    const meta = encodeFileMeta({ MediaStorageSOPClassUID: MediaStorageDirectoryStorage, MediaStorageSOPInstanceUID: SOPInstanceUID, TransferSyntaxUID: ExplicitVRLittleEndian })
    const roots = [...this.#patients.values()].map(({ record }) => record)
    // Offsets count from the start of the file; everything before the first item has the same length whatever they are.
    const head = (first: number, last: number) => encodeDataSet(values({
      FileSetID: { vr: 'CS' }, OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity: { vr: 'UL', Value: [first] },
      OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity: { vr: 'UL', Value: [last] }, FileSetConsistencyFlag: { vr: 'US', Value: [0] },
    }), { transferSyntaxUID: ExplicitVRLittleEndian })
    const sequenceHeader = Buffer.alloc(12)
    const start = meta.length + head(0, 0).length + sequenceHeader.length
    const { placed, end } = place(roots, start)
    const items = placed.map(({ record: { keys }, next, lower }) => item(keys, next, lower))
    sequenceHeader.writeUInt16LE(0x0004, 0)
    sequenceHeader.writeUInt16LE(0x1220, 2)
    sequenceHeader.write('SQ', 4, 'latin1')
    sequenceHeader.writeUInt32LE(end - start, 8)
    const offsets = new Map(placed.map(({ record, offset }) => [record, offset]))
    const offsetOf = (root: DirectoryRecord | undefined) => (root && offsets.get(root)) ?? 0
    return Buffer.concat([meta, head(offsetOf(roots[0]), offsetOf(roots.at(-1))), sequenceHeader, ...items])
  }
}

interface PlacedRecord {
  readonly record: DirectoryRecord
  readonly offset: number
  /** Offset of the next record of the same entity, 0 at its end. */
  next: number
  /** Offset of the first record below, 0 for none. */
  lower: number
}

/** Records in the order in which they are written, each before those below it. Iterative: a file-set may have a hundred thousand. */
function place(roots: readonly DirectoryRecord[], start: number): { placed: PlacedRecord[]; end: number } {
  const placed: PlacedRecord[] = []
  let offset = start
  const walk = (records: readonly DirectoryRecord[]): number => {
    let previous: PlacedRecord | undefined
    const first = records.length > 0 ? offset : 0
    for (const record of records) {
      const here: PlacedRecord = { record, offset, next: 0, lower: 0 }
      if (previous) previous.next = offset
      placed.push(here)
      offset += item(record.keys, 0, 0).length
      // Three levels deep, never more: patient, study, series.
      here.lower = walk(record.lower)
      previous = here
    }
    return first
  }
  walk(roots)
  return { placed, end: offset }
}

function item(keys: DicomJson, next: number, lower: number): Uint8Array {
  const content = encodeDataSet({
    ...keys,
    ...values({
      OffsetOfTheNextDirectoryRecord: { vr: 'UL', Value: [next] }, RecordInUseFlag: { vr: 'US', Value: [inUse] },
      OffsetOfReferencedLowerLevelDirectoryEntity: { vr: 'UL', Value: [lower] },
    }),
  }, { transferSyntaxUID: ExplicitVRLittleEndian })
  const header = Buffer.alloc(itemHeaderBytes)
  header.writeUInt16LE(0xfffe, 0)
  header.writeUInt16LE(0xe000, 2)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

function record(type: string, keys: readonly Keyword[], attributes: DicomJson): DirectoryRecord {
  const copied = keys.flatMap((keyword): [string, DicomJsonAttribute][] => {
    const tag = formatTag(tagOf(keyword))
    const found = attributes[tag]
    // Bulk data stay in the file; an optional sequence that is not there is no key.
    if (found && found.BulkDataURI === undefined) return [[tag, found]]
    const vr = definitionOf(keyword)?.vr[0]
    return vr === undefined || vr === 'SQ' ? [] : [[tag, { vr }]]
  })
  return { keys: { ...Object.fromEntries(copied), ...values({ DirectoryRecordType: { vr: 'CS', Value: [type] } }) }, lower: [] }
}

function below(upper: DirectoryRecord, lower: DirectoryRecord): DirectoryRecord {
  upper.lower.push(lower)
  return lower
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function uidOf(attributes: DicomJson, keyword: Keyword): string {
  const value = attributes[formatTag(tagOf(keyword))]?.Value?.[0]
  return typeof value === 'string' ? value : ''
}

const values = (byKeyword: Partial<Record<Keyword, DicomJsonAttribute>>): DicomJson =>
  Object.fromEntries(Object.entries(byKeyword).map(([keyword, attribute]) => [formatTag(tagOf(keyword as Keyword)), attribute]))
