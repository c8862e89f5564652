import { item, prefixed, textItem, uint16, uint32 } from './item-encode.ts'
import { itemTypes } from './item-types.ts'
import { userIdentityTypes, type UserInformation } from './pdu.ts'

/** The user information item (50H) with its sub-items in ascending order of type. */
export function encodeUserInformation(information: UserInformation): Buffer {
  const { maxPduLength, implementationClassUID, implementationVersionName, asyncOperations, userIdentity, userIdentityResponse } = information
  const items: Buffer[] = []
  if (maxPduLength !== undefined) items.push(item(itemTypes.maxLength, [uint32(maxPduLength)]))
  if (implementationClassUID !== undefined) items.push(textItem(itemTypes.implementationClassUID, implementationClassUID))
  if (asyncOperations) items.push(item(itemTypes.asyncOperations, [uint16(asyncOperations.invoked), uint16(asyncOperations.performed)]))
  for (const [SOPClassUID, { scu, scp }] of information.roles ?? []) {
    items.push(item(itemTypes.role, [prefixed(SOPClassUID), Buffer.from([scu ? 1 : 0, scp ? 1 : 0])]))
  }
  if (implementationVersionName !== undefined) items.push(textItem(itemTypes.implementationVersionName, implementationVersionName))
  for (const [SOPClassUID, applicationInformation] of information.extended ?? []) {
    items.push(item(itemTypes.extended, [prefixed(SOPClassUID), applicationInformation]))
  }
  for (const { SOPClassUID, serviceClassUID, relatedGeneralSOPClassUIDs } of information.commonExtended ?? []) {
    const related = Buffer.concat(relatedGeneralSOPClassUIDs.map(prefixed))
    items.push(item(itemTypes.commonExtended, [prefixed(SOPClassUID), prefixed(serviceClassUID), prefixed(related)]))
  }
  if (userIdentity) {
    const { type, positiveResponseRequested, primary, secondary } = userIdentity
    items.push(item(itemTypes.userIdentity, [Buffer.from([userIdentityTypes[type], positiveResponseRequested ? 1 : 0]), prefixed(primary), prefixed(secondary)]))
  }
  if (userIdentityResponse) items.push(item(itemTypes.userIdentityResponse, [prefixed(userIdentityResponse)]))
  return item(itemTypes.userInformation, items)
}
