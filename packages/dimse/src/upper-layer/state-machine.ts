/**
 * The state machine of the DICOM upper layer, as data: PS3.8 Table 9-10 (transitions), Tables 9-6 to 9-9 (actions).
 * Whoever knows the standard can hold this file against it line by line.
 */

/** PS3.8 Tables 9-1 to 9-5. */
export const states = {
  Sta1: 'idle',
  Sta2: 'transport connection open, awaiting A-ASSOCIATE-RQ',
  Sta3: 'awaiting the local answer to an association request',
  Sta4: 'awaiting the transport connection',
  Sta5: 'awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ',
  Sta6: 'association established',
  Sta7: 'awaiting A-RELEASE-RP',
  Sta8: 'awaiting the local answer to a release request',
  Sta9: 'release collision, requestor: awaiting the local answer',
  Sta10: 'release collision, acceptor: awaiting A-RELEASE-RP',
  Sta11: 'release collision, requestor: awaiting A-RELEASE-RP',
  Sta12: 'release collision, acceptor: awaiting the local answer',
  Sta13: 'awaiting the close of the transport connection',
} as const
export type State = keyof typeof states
export const allStates = Object.keys(states) as readonly State[]

/** What an action does, in the order it does it. */
export type Effect =
  | 'connectTransport' | 'closeTransport' | 'startArtim' | 'stopArtim'
  | 'sendAssociateRequest' | 'sendAssociateAccept' | 'sendAssociateReject' | 'sendData'
  | 'sendReleaseRequest' | 'sendReleaseResponse' | 'sendAbort'
  | 'indicateAssociate' | 'confirmAccepted' | 'confirmRejected'
  | 'indicateData' | 'indicateRelease' | 'confirmRelease' | 'indicateAbort'

/** What an action asks before it decides. */
export type Condition = 'requestIsAcceptable' | 'isRequestor'

export interface Outcome { readonly effects: readonly Effect[]; readonly next: State }
export type ActionDefinition = Outcome | { readonly condition: Condition; readonly yes: Outcome; readonly no: Outcome }

export const actions = {
  // Table 9-6: association establishment.
  'AE-1': { effects: ['connectTransport'], next: 'Sta4' },
  'AE-2': { effects: ['sendAssociateRequest'], next: 'Sta5' },
  'AE-3': { effects: ['confirmAccepted'], next: 'Sta6' },
  'AE-4': { effects: ['confirmRejected', 'closeTransport'], next: 'Sta1' },
  // The transport connection response is the accept of the listening socket.
  'AE-5': { effects: ['startArtim'], next: 'Sta2' },
  'AE-6': {
    condition: 'requestIsAcceptable',
    yes: { effects: ['stopArtim', 'indicateAssociate'], next: 'Sta3' },
    no: { effects: ['stopArtim', 'sendAssociateReject', 'startArtim'], next: 'Sta13' },
  },
  'AE-7': { effects: ['sendAssociateAccept'], next: 'Sta6' },
  'AE-8': { effects: ['sendAssociateReject', 'startArtim'], next: 'Sta13' },
  // Table 9-7: data transfer.
  'DT-1': { effects: ['sendData'], next: 'Sta6' },
  'DT-2': { effects: ['indicateData'], next: 'Sta6' },
  // Table 9-8: association release.
  'AR-1': { effects: ['sendReleaseRequest'], next: 'Sta7' },
  'AR-2': { effects: ['indicateRelease'], next: 'Sta8' },
  'AR-3': { effects: ['confirmRelease', 'closeTransport'], next: 'Sta1' },
  'AR-4': { effects: ['sendReleaseResponse', 'startArtim'], next: 'Sta13' },
  'AR-5': { effects: ['stopArtim'], next: 'Sta1' },
  'AR-6': { effects: ['indicateData'], next: 'Sta7' },
  'AR-7': { effects: ['sendData'], next: 'Sta8' },
  'AR-8': {
    condition: 'isRequestor',
    yes: { effects: ['indicateRelease'], next: 'Sta9' },
    no: { effects: ['indicateRelease'], next: 'Sta10' },
  },
  'AR-9': { effects: ['sendReleaseResponse'], next: 'Sta11' },
  'AR-10': { effects: ['confirmRelease'], next: 'Sta12' },
  // Table 9-9: association abort.
  'AA-1': { effects: ['sendAbort', 'startArtim'], next: 'Sta13' },
  'AA-2': { effects: ['stopArtim', 'closeTransport'], next: 'Sta1' },
  'AA-3': { effects: ['indicateAbort', 'closeTransport'], next: 'Sta1' },
  'AA-4': { effects: ['indicateAbort'], next: 'Sta1' },
  'AA-5': { effects: ['stopArtim'], next: 'Sta1' },
  'AA-6': { effects: [], next: 'Sta13' },
  'AA-7': { effects: ['sendAbort'], next: 'Sta13' },
  'AA-8': { effects: ['sendAbort', 'indicateAbort', 'startArtim'], next: 'Sta13' },
} as const satisfies Record<string, ActionDefinition>
export type ActionName = keyof typeof actions

/** In Sta6 to Sta12 the same: what has no place on an established association. */
const established = { Sta6: 'AA-8', Sta7: 'AA-8', Sta8: 'AA-8', Sta9: 'AA-8', Sta10: 'AA-8', Sta11: 'AA-8', Sta12: 'AA-8' } as const

/** Table 9-10: event → state → action. A pair that is not here cannot happen, or is refused to the local user. */
export const transitions = {
  associateRequest: { Sta1: 'AE-1' },
  transportConfirm: { Sta4: 'AE-2' },
  associateAcPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AE-3', ...established, Sta13: 'AA-6' },
  associateRjPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AE-4', ...established, Sta13: 'AA-6' },
  transportIndication: { Sta1: 'AE-5' },
  associateRqPdu: { Sta2: 'AE-6', Sta3: 'AA-8', Sta5: 'AA-8', ...established, Sta13: 'AA-7' },
  associateAccept: { Sta3: 'AE-7' },
  associateReject: { Sta3: 'AE-8' },
  dataRequest: { Sta6: 'DT-1', Sta8: 'AR-7' },
  dataPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AA-8', ...established, Sta6: 'DT-2', Sta7: 'AR-6', Sta13: 'AA-6' },
  releaseRequest: { Sta6: 'AR-1' },
  releaseRqPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AA-8', ...established, Sta6: 'AR-2', Sta7: 'AR-8', Sta13: 'AA-6' },
  releaseRpPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AA-8', ...established, Sta7: 'AR-3', Sta10: 'AR-10', Sta11: 'AR-3', Sta13: 'AA-6' },
  releaseResponse: { Sta8: 'AR-4', Sta9: 'AR-9', Sta12: 'AR-4' },
  abortRequest: {
    Sta3: 'AA-1', Sta4: 'AA-2', Sta5: 'AA-1', Sta6: 'AA-1', Sta7: 'AA-1', Sta8: 'AA-1', Sta9: 'AA-1', Sta10: 'AA-1', Sta11: 'AA-1', Sta12: 'AA-1',
  },
  abortPdu: {
    Sta2: 'AA-2', Sta3: 'AA-3', Sta5: 'AA-3', Sta6: 'AA-3', Sta7: 'AA-3', Sta8: 'AA-3', Sta9: 'AA-3', Sta10: 'AA-3', Sta11: 'AA-3', Sta12: 'AA-3', Sta13: 'AA-2',
  },
  transportClosed: {
    Sta2: 'AA-5', Sta3: 'AA-4', Sta4: 'AA-4', Sta5: 'AA-4', Sta6: 'AA-4', Sta7: 'AA-4', Sta8: 'AA-4', Sta9: 'AA-4', Sta10: 'AA-4', Sta11: 'AA-4', Sta12: 'AA-4', Sta13: 'AR-5',
  },
  artimExpired: { Sta2: 'AA-2', Sta13: 'AA-2' },
  invalidPdu: { Sta2: 'AA-1', Sta3: 'AA-8', Sta5: 'AA-8', ...established, Sta13: 'AA-7' },
} as const satisfies Record<string, Partial<Record<State, ActionName>>>
export type UpperLayerStateEvent = keyof typeof transitions
export const allStateEvents = Object.keys(transitions) as readonly UpperLayerStateEvent[]

/** What Table 9-10 has for an event in a state; undefined where its cell is empty. */
export function actionFor(state: State, event: UpperLayerStateEvent): ActionName | undefined {
  const row: Partial<Record<State, ActionName>> = transitions[event]
  return row[state]
}

/** The outcome of an action, its condition asked if it has one. */
export function outcomeOf(name: ActionName, is: (condition: Condition) => boolean): Outcome {
  const action: ActionDefinition = actions[name]
  if (!('condition' in action)) return action
  return is(action.condition) ? action.yes : action.no
}
