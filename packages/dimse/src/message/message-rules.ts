/** Which elements each message has and whether a data set goes with it (PS3.7 §9.3 and §10.3). */
import { commandElements, type CommandKeyword } from './command-elements.ts'
import { commandFields, messageName, type MessageName } from './command-field.ts'
import type { CommandSet } from './command-set.ts'
import { DimseProtocolError } from './dimse-error.ts'
import { isPending } from './status.ts'

interface MessageRule {
  /** Elements without which the message means nothing. */
  readonly required: readonly CommandKeyword[]
  /** Elements it may have besides. */
  readonly optional?: readonly CommandKeyword[]
  readonly dataSet: 'always' | 'never' | 'maybe'
}

const affectedClass = ['AffectedSOPClassUID', 'MessageID'] as const
const requestedInstance = ['RequestedSOPClassUID', 'MessageID', 'RequestedSOPInstanceUID'] as const
const response = ['MessageIDBeingRespondedTo', 'Status'] as const
const failure = ['OffendingElement', 'ErrorComment', 'ErrorID'] as const
const affectedInstance = ['AffectedSOPClassUID', 'AffectedSOPInstanceUID'] as const
const subOperations = [
  'NumberOfRemainingSuboperations', 'NumberOfCompletedSuboperations', 'NumberOfFailedSuboperations', 'NumberOfWarningSuboperations',
] as const

/** A rule a message. Priority is required of requests by PS3.7, but nothing depends on it, so a request without it is understood. */
export const messageRules: Readonly<Record<MessageName, MessageRule>> = {
  'C-STORE-RQ': {
    required: [...affectedClass, 'AffectedSOPInstanceUID'],
    optional: ['Priority', 'MoveOriginatorApplicationEntityTitle', 'MoveOriginatorMessageID'],
    dataSet: 'always',
  },
  'C-STORE-RSP': { required: response, optional: [...affectedInstance, ...failure], dataSet: 'never' },
  'C-GET-RQ': { required: affectedClass, optional: ['Priority'], dataSet: 'always' },
  'C-GET-RSP': { required: response, optional: ['AffectedSOPClassUID', ...subOperations, ...failure], dataSet: 'maybe' },
  'C-FIND-RQ': { required: affectedClass, optional: ['Priority'], dataSet: 'always' },
  'C-FIND-RSP': { required: response, optional: ['AffectedSOPClassUID', ...failure], dataSet: 'maybe' },
  'C-MOVE-RQ': { required: [...affectedClass, 'MoveDestination'], optional: ['Priority'], dataSet: 'always' },
  'C-MOVE-RSP': { required: response, optional: ['AffectedSOPClassUID', ...subOperations, ...failure], dataSet: 'maybe' },
  'C-ECHO-RQ': { required: affectedClass, dataSet: 'never' },
  'C-ECHO-RSP': { required: response, optional: ['AffectedSOPClassUID', ...failure], dataSet: 'never' },
  'C-CANCEL-RQ': { required: ['MessageIDBeingRespondedTo'], dataSet: 'never' },
  'N-EVENT-REPORT-RQ': { required: [...affectedClass, 'AffectedSOPInstanceUID', 'EventTypeID'], dataSet: 'maybe' },
  'N-EVENT-REPORT-RSP': { required: response, optional: [...affectedInstance, 'EventTypeID', ...failure], dataSet: 'maybe' },
  'N-GET-RQ': { required: requestedInstance, optional: ['AttributeIdentifierList'], dataSet: 'never' },
  'N-GET-RSP': { required: response, optional: [...affectedInstance, 'AttributeIdentifierList', ...failure], dataSet: 'maybe' },
  'N-SET-RQ': { required: requestedInstance, dataSet: 'always' },
  'N-SET-RSP': { required: response, optional: [...affectedInstance, 'AttributeIdentifierList', ...failure], dataSet: 'maybe' },
  'N-ACTION-RQ': { required: [...requestedInstance, 'ActionTypeID'], dataSet: 'maybe' },
  'N-ACTION-RSP': { required: response, optional: [...affectedInstance, 'ActionTypeID', ...failure], dataSet: 'maybe' },
  'N-CREATE-RQ': { required: affectedClass, optional: ['AffectedSOPInstanceUID'], dataSet: 'maybe' },
  'N-CREATE-RSP': { required: response, optional: [...affectedInstance, 'AttributeIdentifierList', ...failure], dataSet: 'maybe' },
  'N-DELETE-RQ': { required: requestedInstance, dataSet: 'never' },
  'N-DELETE-RSP': { required: response, optional: [...affectedInstance, ...failure], dataSet: 'never' },
}

export interface MessageFault {
  readonly keyword: CommandKeyword
  readonly problem: string
}

/** The first thing a received message lacks; elements too many are forgiven. Undefined also for a message PS3.7 does not know. */
export function faultOf(command: CommandSet, hasDataSet: boolean): MessageFault | undefined {
  const name = messageName(command.CommandField)
  if (name === undefined) return undefined
  const rule = messageRules[name]
  const missing = rule.required.find((keyword) => !isPresent(command, keyword))
  if (missing) return { keyword: missing, problem: `${name} has no ${missing}` }
  if (rule.dataSet === 'always' && !hasDataSet) return { keyword: 'CommandDataSetType', problem: `${name} has no data set` }
  if (rule.dataSet === 'never' && hasDataSet) return { keyword: 'CommandDataSetType', problem: `${name} has a data set` }
  if (name === 'C-FIND-RSP' && !hasDataSet && isPending(command.Status ?? 0)) {
    return { keyword: 'CommandDataSetType', problem: 'a pending C-FIND-RSP has no identifier' }
  }
  return undefined
}

const isPresent = (command: CommandSet, keyword: CommandKeyword): boolean =>
  keyword !== 'CommandGroupLength' && command[keyword] !== undefined && command[keyword] !== ''

/**
 * Refuses to send what PS3.7 has no message for: an unknown command field (unless it answers an unknown request), an element
 * missing, or one too many.
 * @throws DimseProtocolError badMessage
 */
export function assertSendable(command: CommandSet, hasDataSet: boolean): void {
  const name = messageName(command.CommandField)
  if (name === undefined) {
    if (command.MessageIDBeingRespondedTo !== undefined && command.Status !== undefined) return
    throw new DimseProtocolError('badMessage', 'PS3.7 has no message with this CommandField')
  }
  const fault = faultOf(command, hasDataSet)
  if (fault) throw new DimseProtocolError('badMessage', fault.problem)
  const { required, optional = [] } = messageRules[name]
  for (const keyword of Object.keys(commandElements) as CommandKeyword[]) {
    if (keyword === 'CommandField' || keyword === 'CommandDataSetType' || !isPresent(command, keyword)) continue
    if (!required.includes(keyword) && !optional.includes(keyword)) throw new DimseProtocolError('badMessage', `a ${name} has no ${keyword}`)
  }
}

/** Whether a request of this kind is answered; C-CANCEL is not, and neither is a response. */
export function isAnswered(commandField: number): boolean {
  return commandField < 0x8000 && commandField !== commandFields['C-CANCEL-RQ']
}
