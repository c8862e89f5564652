/** Another archive as we ask it: its studies, and to send them here (PS3.4 §C.4.1 and §C.4.2 as a user). */
import { attribute, ExplicitVRLittleEndian, formatTag, ImplicitVRLittleEndian, sopClassUID, tagOf, type DataSet, type DicomJson, type Keyword } from '@isocenter/dicom'
import { find, move, type RetrieveProgress } from '@isocenter/dimse'
import type { DicomNode } from '../../configuration/nodes.ts'
import { connectTo } from '../../nodes/connect-to.ts'
import type { Secrets } from '../../nodes/node-tls.ts'

const StudyRootFind = sopClassUID('StudyRootQueryRetrieveInformationModelFind')
const StudyRootMove = sopClassUID('StudyRootQueryRetrieveInformationModelMove')
const transferSyntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
/** Text we look for and are answered in: an archive that cannot write UTF-8 says so in its answers. */
const unicode = ['ISO_IR 192']

const matchable = ['PatientName', 'PatientID', 'PatientBirthDate', 'StudyDate', 'AccessionNumber', 'ModalitiesInStudy', 'StudyInstanceUID'] as const satisfies readonly Keyword[]
const returnedOnly = ['StudyTime', 'StudyDescription', 'NumberOfStudyRelatedInstances'] as const satisfies readonly Keyword[]
export type ArchiveFilter = Partial<Record<typeof matchable[number], string>>

export interface ArchiveStudy {
  readonly StudyInstanceUID: string
  readonly PatientName: string | undefined
  readonly PatientID: string | undefined
  readonly StudyDate: string | undefined
  readonly StudyTime: string | undefined
  readonly StudyDescription: string | undefined
  readonly AccessionNumber: string | undefined
  readonly ModalitiesInStudy: readonly string[]
  readonly NumberOfStudyRelatedInstances: number | undefined
}

export interface ArchiveCall {
  readonly node: DicomNode
  readonly callingAETitle: string
  readonly secrets: Secrets
  readonly signal?: AbortSignal | undefined
}

/** The studies an archive has of a filter, each as it comes; breaking off cancels. @throws what the association throws, DimseStatusError */
export async function* studiesIn(call: ArchiveCall, filter: ArchiveFilter): AsyncGenerator<ArchiveStudy, void, undefined> {
  const identifier: DicomJson = { [tagText('QueryRetrieveLevel')]: { vr: 'CS', Value: ['STUDY'] } }
  for (const keyword of [...matchable, ...returnedOnly]) {
    const value = keyword in filter ? filter[keyword as keyof ArchiveFilter] : undefined
    const vr = attribute(keyword)?.vr[0] ?? 'LO'
    identifier[tagText(keyword)] = value ? { vr, Value: [vr === 'PN' ? { Alphabetic: value } : value] } : { vr }
  }
  await using connection = await connectTo(call.node, { ...call, contexts: [{ abstractSyntax: StudyRootFind, transferSyntaxes }] })
  for await (const match of find(connection, { SOPClassUID: StudyRootFind, identifier, SpecificCharacterSet: unicode, signal: call.signal })) {
    const study = studyOf(match)
    if (study) yield study
  }
}

/** Has the archive send a study to the node of an AE title, and tells how far it is. @throws as studiesIn */
export async function* moveStudy(call: ArchiveCall, StudyInstanceUID: string, MoveDestination: string): AsyncGenerator<RetrieveProgress, void, undefined> {
  await using connection = await connectTo(call.node, { ...call, contexts: [{ abstractSyntax: StudyRootMove, transferSyntaxes }] })
  yield* move(connection, {
    SOPClassUID: StudyRootMove, MoveDestination, signal: call.signal, timeoutMs: 10 * 60_000,
    identifier: { [tagText('QueryRetrieveLevel')]: { vr: 'CS', Value: ['STUDY'] }, [tagText('StudyInstanceUID')]: { vr: 'UI', Value: [StudyInstanceUID] } },
  })
}

function studyOf(match: DataSet): ArchiveStudy | undefined {
  const StudyInstanceUID = match.string('StudyInstanceUID')
  if (StudyInstanceUID === undefined) return undefined
  return {
    StudyInstanceUID, PatientName: match.string('PatientName'), PatientID: match.string('PatientID'), StudyDate: match.string('StudyDate'),
    StudyTime: match.string('StudyTime'), StudyDescription: match.string('StudyDescription'), AccessionNumber: match.string('AccessionNumber'),
    ModalitiesInStudy: match.strings('ModalitiesInStudy'), NumberOfStudyRelatedInstances: match.number('NumberOfStudyRelatedInstances'),
  }
}

const tagText = (keyword: Keyword): string => formatTag(tagOf(keyword))
