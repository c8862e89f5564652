/** Entries of the trail as DICOM audit messages: the XML of PS3.15 §A.5.1, the contents of §A.5.3. */
import type { AuditAction, AuditOutcome } from '@isocenter/contracts'

/** An entry with what a message says beside it. */
export interface MessageEntry {
  readonly id: string
  readonly occurredAt: Date
  readonly actor: string
  readonly actorName?: string | undefined
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly StudyInstanceUID?: string | undefined
  readonly PatientID?: string | undefined
  readonly occurrences: number
  readonly address?: string | undefined
  readonly organisationNumber: string
}

/** Who reports. */
export interface MessageSource {
  readonly sourceId: string
  /** DNS name of this machine. */
  readonly host: string
}

interface Code {
  readonly code: string
  readonly system: string
  readonly meaning: string
}

const dcm = (code: string, meaning: string): Code => ({ code, system: 'DCM', meaning })
const rfc3881 = (code: string, meaning: string): Code => ({ code, system: 'RFC-3881', meaning })

/** PS3.16 CID 400 */
const events = {
  auditLogUsed: dcm('110101', 'Audit Log Used'), accessed: dcm('110103', 'DICOM Instances Accessed'), transferred: dcm('110104', 'DICOM Instances Transferred'), studyDeleted: dcm('110105', 'DICOM Study Deleted'),
  procedure: dcm('110111', 'Procedure Record'), query: dcm('110112', 'Query'), alert: dcm('110113', 'Security Alert'), authentication: dcm('110114', 'User Authentication'),
} as const
/** PS3.16 CID 401 and 403 */
const types = {
  login: dcm('110122', 'Login'),
  logout: dcm('110123', 'Logout'),
  security: dcm('110129', 'Security Configuration'),
  software: dcm('110131', 'Software Configuration'),
  restricted: dcm('110132', 'Use of Restricted Function'),
  objectSecurity: dcm('110135', 'Object Security Attributes Changed'), roles: dcm('110136', 'Security Roles Changed'), users: dcm('110137', 'User security Attributes Changed'),
} as const
/** PS3.16 CID 402 */
const roles = { application: dcm('110150', 'Application'), destination: dcm('110152', 'Destination Role ID'), source: dcm('110153', 'Source Role ID') } as const

type ActionCode = 'C' | 'R' | 'U' | 'D' | 'E'
interface Meaning {
  readonly event: Code
  readonly type?: Code
  readonly code: ActionCode
  /** What of an object's life it is (§A.5.1.2.3). */
  readonly lifeCycle?: string
  /** Which way data goes between who asks and us. */
  readonly flow?: 'in' | 'out'
  /** What is asked for, by SOP class, where it is a query. */
  readonly queried?: Code
}

const transfer = (code: ActionCode, flow: 'in' | 'out'): Meaning => ({ event: events.transferred, code, flow })
const alert = (type: Code, code: ActionCode = 'E'): Meaning => ({ event: events.alert, type, code })
const query = (uid: string, meaning: string): Meaning => ({ event: events.query, code: 'E', flow: 'out', queried: { code: uid, system: 'DCMUID', meaning } })
const [login, logout]: Meaning[] = [{ event: events.authentication, type: types.login, code: 'E' }, { event: events.authentication, type: types.logout, code: 'E' }]
const [users, security, software, roleChange] = [alert(types.users), alert(types.security), alert(types.software), alert(types.roles)]
const studies = query('1.2.840.10008.5.1.4.1.2.2.1', 'Study Root Query/Retrieve Information Model - FIND')
const worklist = query('1.2.840.10008.5.1.4.31', 'Modality Worklist Information Model - FIND')

/** What each action is in DICOM's words; an action that is not here changes what the software is set to. */
const meanings: Partial<Record<AuditAction, Meaning>> = {
  'study.search': studies, 'worklist.read': worklist, 'performed-step.read': worklist,
  'study.retrieve': transfer('R', 'out'), 'study.store': transfer('C', 'in'),
  'study.delete': { event: events.studyDeleted, code: 'D', lifeCycle: '14' }, 'study.purge': { event: events.studyDeleted, code: 'D', lifeCycle: '15' },
  'study.restore': { event: events.accessed, code: 'C' },
  'study.recompress': { event: events.accessed, code: 'U' },
  'favourite.change': { event: events.accessed, code: 'R' },
  'study.edit-case': { event: events.accessed, code: 'U' },
  'film.collect': { event: events.accessed, code: 'R' },
  'film.print': transfer('R', 'out'),
  'film.cancel': { event: events.accessed, code: 'U' },
  'film.fetch': transfer('R', 'out'),
  'attachment.view': transfer('R', 'out'),
  'attachment.download': transfer('R', 'out'),
  'deleted-study.read': studies,
  'quarantine.read': studies,
  'quarantine.view': transfer('R', 'out'),
  'quarantine.accept': { event: events.accessed, code: 'C' },
  'quarantine.delete': { event: events.studyDeleted, code: 'D', lifeCycle: '14' },
  'study.lock': alert(types.objectSecurity), 'study.unlock': alert(types.objectSecurity), 'study.purge-request': alert(types.restricted), 'access.refuse': alert(types.restricted),
  'worklist.write': { event: events.procedure, code: 'U' }, 'performed-step.write': { event: events.procedure, code: 'U' },
  'account.sign-in': login, 'gateway.token': login, 'api-key.token': login, 'api-key.use': login, 'account.sign-out': logout, 'account.session-end': logout,
  'account.freeze': users, 'account.unfreeze': users, 'account.create': users, 'account.password': users, 'account.password-reset': users, 'account.second-factor': users, 'account.link': users, 'account.contact': users,
  'member.create': users, 'member.invite': users, 'invitation.answer': users, 'invitation.withdraw': users, 'member.change': roleChange, 'role.change': roleChange,
  'gateway.enrol': security,
  'gateway.revoke': security,
  'upload-code.read': alert(types.restricted),
  'upload-code.rotate': security,
  'api-key.create': security,
  'api-key.change': security,
  'api-key.rotate': security,
  'api-key.revoke': security,
  'account.frozen-read': alert(types.restricted), 'credential.read': alert(types.restricted), 'credential.view': alert(types.restricted), 'member.read': alert(types.restricted),
  'log.read': { event: events.auditLogUsed, code: 'R' }, 'log.export': { event: events.auditLogUsed, code: 'R' }, 'log.cut': { event: events.auditLogUsed, code: 'D' },
}

/** Minor failure for what was refused, serious for what went wrong (§A.5.1.1). */
const outcomes: Readonly<Record<AuditOutcome, string>> = { success: '0', refused: '4', failed: '8' }

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`)
  // What XML 1.0 cannot say.
  .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
type Attributes = Readonly<Record<string, string | undefined>>
const element = (name: string, attributes: Attributes, content = ''): string => {
  const written = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(value)}"`])).join('')
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`
}
const coded = (name: string, { code, system, meaning }: Code): string => element(name, { 'csd-code': code, codeSystemName: system, originalText: meaning })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** One message, an XML document without declaration. */
export function auditMessage(entry: MessageEntry, source: MessageSource): string {
  const meaning = meanings[entry.action] ?? software
  return element('AuditMessage', {}, [
    element('EventIdentification', { EventActionCode: meaning.code, EventDateTime: entry.occurredAt.toISOString(), EventOutcomeIndicator: outcomes[entry.outcome] },
      coded('EventID', meaning.event) + (meaning.type === undefined ? '' : coded('EventTypeCode', meaning.type)) + element('EventOutcomeDescription', {}, escaped(entry.action))),
    requestor(entry, meaning),
    element('ActiveParticipant', { UserID: source.sourceId, AlternativeUserID: String(process.pid), UserIsRequestor: 'false', NetworkAccessPointID: source.host, NetworkAccessPointTypeCode: '1' },
      coded('RoleIDCode', meaning.flow === 'in' ? roles.destination : meaning.flow === 'out' ? roles.source : roles.application)),
    element('AuditSourceIdentification', { AuditEnterpriseSiteID: entry.organisationNumber, AuditSourceID: source.sourceId }, element('AuditSourceTypeCode', { 'csd-code': '4' })),
    ...objects(entry, meaning),
  ].join(''))
}

function requestor(entry: MessageEntry, { flow }: Meaning): string {
  const role = flow === 'in' ? roles.source : flow === 'out' ? roles.destination : undefined
  return element('ActiveParticipant', {
    UserID: entry.actor, UserName: entry.actorName, UserIsRequestor: 'true',
    ...(entry.address === undefined ? {} : { NetworkAccessPointID: entry.address, NetworkAccessPointTypeCode: '2' }),
  }, role === undefined ? '' : coded('RoleIDCode', role))
}

function objects(entry: MessageEntry, meaning: Meaning): string[] {
  const detail = element('ParticipantObjectDetail', { type: 'audit entry', value: base64(entry.id) })
  const found: string[] = []
  if (meaning.event === events.auditLogUsed) {
    found.push(element('ParticipantObjectIdentification', { ParticipantObjectID: `urn:isocenter:audit:${entry.organisationNumber}`, ParticipantObjectTypeCode: '2', ParticipantObjectTypeCodeRole: '13' },
      coded('ParticipantObjectIDTypeCode', rfc3881('12', 'URI')) + element('ParticipantObjectName', {}, 'Security Audit Log') + detail))
  }
  if (meaning.queried !== undefined) {
    // What was asked may name patients, and is not kept.
    found.push(element('ParticipantObjectIdentification', { ParticipantObjectID: meaning.queried.code, ParticipantObjectTypeCode: '2', ParticipantObjectTypeCodeRole: '3' },
      coded('ParticipantObjectIDTypeCode', dcm('110181', 'SOP Class UID')) + element('ParticipantObjectQuery', {}, base64('not kept')) + detail))
  }
  if (entry.StudyInstanceUID !== undefined) {
    const counted = entry.action === 'study.store'
      || entry.action === 'study.delete'
      || entry.action === 'study.restore'
      || entry.action === 'study.purge'
      || entry.action === 'quarantine.accept'
      || entry.action === 'quarantine.delete'
    found.push(element('ParticipantObjectIdentification', {
      ParticipantObjectID: entry.StudyInstanceUID,
      ParticipantObjectTypeCode: '2',
      ParticipantObjectTypeCodeRole: '3',
      ParticipantObjectDataLifeCycle: meaning.lifeCycle,
    },
      coded('ParticipantObjectIDTypeCode', dcm('110180', 'Study Instance UID')) + element('ParticipantObjectName', {}, escaped(entry.StudyInstanceUID)) + detail
        + (counted ? element('ParticipantObjectDescription', {}, element('SOPClass', { NumberOfInstances: String(entry.occurrences) })) : '')))
  }
  if (entry.PatientID !== undefined) {
    found.push(element('ParticipantObjectIdentification', { ParticipantObjectID: entry.PatientID, ParticipantObjectTypeCode: '1', ParticipantObjectTypeCodeRole: '1' },
      coded('ParticipantObjectIDTypeCode', rfc3881('2', 'Patient Number')) + element('ParticipantObjectName', {}, escaped(entry.PatientID))))
  }
  if (meaning.event === events.alert && found.length === 0) {
    found.push(element('ParticipantObjectIdentification', { ParticipantObjectID: `urn:isocenter:audit-entry:${entry.id}`, ParticipantObjectTypeCode: '2', ParticipantObjectTypeCodeRole: '13' },
      coded('ParticipantObjectIDTypeCode', rfc3881('12', 'URI')) + element('ParticipantObjectName', {}, escaped(entry.action)) + detail))
  }
  return found
}
