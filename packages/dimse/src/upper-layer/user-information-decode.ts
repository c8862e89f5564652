import { itemTypes } from './item-types.ts'
import { leastMaxPduLength, PduError, userIdentityTypes, type CommonExtendedNegotiation, type RoleSelection, type UserIdentity, type UserInformation } from './pdu.ts'
import type { PduFields } from './pdu-fields.ts'

/** The value of a user information item (50H); sub-items of unknown type are skipped, as PS3.8 §9.3.1 asks. */
export function decodeUserInformation(fields: PduFields): UserInformation {
  const information: { -readonly [K in keyof UserInformation]: UserInformation[K] } = {}
  const roles = new Map<string, RoleSelection>()
  const extended = new Map<string, Uint8Array>()
  const commonExtended: CommonExtendedNegotiation[] = []
  for (const { type, fields: item } of fields.items()) {
    switch (type) {
      case itemTypes.maxLength:
        information.maxPduLength = decodeMaxLength(item)
        break
      case itemTypes.implementationClassUID:
        information.implementationClassUID = item.text(item.left, 'implementation class UID')
        break
      case itemTypes.implementationVersionName:
        information.implementationVersionName = item.text(item.left, 'implementation version name')
        break
      case itemTypes.asyncOperations:
        information.asyncOperations = { invoked: item.uint16('operations invoked'), performed: item.uint16('operations performed') }
        break
      case itemTypes.role:
        roles.set(item.prefixedText('SOP Class UID'), { scu: item.uint8('SCU role') === 1, scp: item.uint8('SCP role') === 1 })
        break
      case itemTypes.extended:
        extended.set(item.prefixedText('SOP Class UID'), item.bytes(item.left, 'application information'))
        break
      case itemTypes.commonExtended:
        commonExtended.push(decodeCommonExtended(item))
        break
      case itemTypes.userIdentity:
        information.userIdentity = decodeUserIdentity(item)
        break
      case itemTypes.userIdentityResponse:
        information.userIdentityResponse = item.prefixedBytes('server response')
        break
    }
  }
  if (roles.size > 0) information.roles = roles
  if (extended.size > 0) information.extended = extended
  if (commonExtended.length > 0) information.commonExtended = commonExtended
  return information
}

function decodeMaxLength(item: PduFields): number {
  const length = item.uint32('maximum length')
  if (length !== 0 && length < leastMaxPduLength) throw new PduError(`a maximum length of ${length} leaves no room for data`)
  return length
}

function decodeCommonExtended(item: PduFields): CommonExtendedNegotiation {
  const SOPClassUID = item.prefixedText('SOP Class UID')
  const serviceClassUID = item.prefixedText('service class UID')
  const relatedGeneralSOPClassUIDs: string[] = []
  // Later versions of the item may add fields after this list (PS3.7 §D.3.3.6.1): they are left unread.
  const listLength = item.uint16('length of related general SOP classes')
  const end = item.left - listLength
  if (end < 0) throw new PduError(`common extended negotiation: related general SOP classes need ${listLength} bytes where ${item.left} are left`)
  while (item.left > end) relatedGeneralSOPClassUIDs.push(item.prefixedText('related general SOP Class UID'))
  return { SOPClassUID, serviceClassUID, relatedGeneralSOPClassUIDs }
}

const identityTypeNames = new Map(Object.entries(userIdentityTypes).map(([name, value]) => [value, name as UserIdentity['type']]))

function decodeUserIdentity(item: PduFields): UserIdentity {
  const value = item.uint8('user identity type')
  const type = identityTypeNames.get(value)
  if (!type) throw new PduError(`user identity type ${value} is none of PS3.7 Table D.3-14`)
  return {
    type,
    positiveResponseRequested: item.uint8('positive response requested') === 1,
    primary: item.prefixedBytes('primary field'),
    secondary: item.prefixedBytes('secondary field'),
  }
}
