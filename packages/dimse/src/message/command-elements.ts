/** The elements a command set may have (PS3.7 Table E.1-1), in the order they are written. */

/** How an element's value is written: UI and AE and LO are text, US and UL numbers, AT a list of tags. */
export type CommandVR = 'UI' | 'AE' | 'LO' | 'US' | 'UL' | 'AT'

/**
 * Element number in group 0000 and VR by keyword. The retired elements of Table E.2-1 are left out: nobody has sent them since
 * 1993, and a reader skips what it does not know.
 */
export const commandElements = {
  CommandGroupLength: [0x0000, 'UL'],
  AffectedSOPClassUID: [0x0002, 'UI'],
  RequestedSOPClassUID: [0x0003, 'UI'],
  CommandField: [0x0100, 'US'],
  MessageID: [0x0110, 'US'],
  MessageIDBeingRespondedTo: [0x0120, 'US'],
  MoveDestination: [0x0600, 'AE'],
  Priority: [0x0700, 'US'],
  CommandDataSetType: [0x0800, 'US'],
  Status: [0x0900, 'US'],
  OffendingElement: [0x0901, 'AT'],
  ErrorComment: [0x0902, 'LO'],
  ErrorID: [0x0903, 'US'],
  AffectedSOPInstanceUID: [0x1000, 'UI'],
  RequestedSOPInstanceUID: [0x1001, 'UI'],
  EventTypeID: [0x1002, 'US'],
  AttributeIdentifierList: [0x1005, 'AT'],
  ActionTypeID: [0x1008, 'US'],
  NumberOfRemainingSuboperations: [0x1020, 'US'],
  NumberOfCompletedSuboperations: [0x1021, 'US'],
  NumberOfFailedSuboperations: [0x1022, 'US'],
  NumberOfWarningSuboperations: [0x1023, 'US'],
  MoveOriginatorApplicationEntityTitle: [0x1030, 'AE'],
  MoveOriginatorMessageID: [0x1031, 'US'],
} as const satisfies Readonly<Record<string, readonly [element: number, vr: CommandVR]>>

export type CommandKeyword = keyof typeof commandElements

type ValueOf<VR extends CommandVR> = VR extends 'US' | 'UL' ? number : VR extends 'AT' ? readonly number[] : string

/** What a command set says, by keyword; the group length and whether a data set follows are the writer's to work out. */
export type CommandValues = {
  readonly [K in Exclude<CommandKeyword, 'CommandGroupLength'>]?: ValueOf<(typeof commandElements)[K][1]> | undefined
}

/** Keyword and VR of an element of group 0000; undefined where Table E.1-1 has none. */
export function commandElement(element: number): { readonly keyword: CommandKeyword; readonly vr: CommandVR } | undefined {
  return byNumber.get(element)
}

const byNumber = new Map<number, { readonly keyword: CommandKeyword; readonly vr: CommandVR }>(Object.entries(commandElements).map(([keyword, [element, vr]]) => [element, { keyword: keyword as CommandKeyword, vr }]))
