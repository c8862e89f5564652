/** The VR of an element that does not carry one: Implicit VR, and UN in place of a VR the sender did not know. */
import { attribute } from './dictionary.ts'
import { isGroupLength, isPrivate, isPrivateCreator, type Tag } from './tag.ts'
import { vrTraits, type VR } from './vr.ts'

/** What the dictionary says of a tag: one VR, or a choice that depends on the data set. */
type Choice = VR | 'US|SS' | 'US|OW' | 'OB|OW'

const choices = new Map<Tag, Choice>()

function choiceOf(tag: Tag): Choice {
  let choice = choices.get(tag)
  if (choice === undefined) {
    choice = findChoice(tag)
    // Tags come from outside: only those of the dictionary may fill the memo.
    if (attribute(tag)) choices.set(tag, choice)
  }
  return choice
}

function findChoice(tag: Tag): Choice {
  if (isGroupLength(tag)) return 'UL'
  if (isPrivate(tag)) return isPrivateCreator(tag) ? 'LO' : 'UN'
  const list = attribute(tag)?.vr ?? []
  if (list.includes('OW')) return list.includes('US') ? 'US|OW' : 'OB|OW'
  return list.length === 2 ? 'US|SS' : (list[0] ?? 'UN')
}

/**
 * The VR of an Implicit VR element: the dictionary's; for its choices, what PS3.5 §A.1 says. Private and unknown
 * elements are UN. `signed` tells that Pixel Representation (0028,0103) is 1, and decides between US and SS.
 */
export function implicitVR(tag: Tag, length: number, signed: boolean): VR {
  const choice = choiceOf(tag)
  if (choice === 'US|SS') return signed ? 'SS' : 'US'
  // A lookup table of one entry is a number, a longer one is words.
  if (choice === 'US|OW') return length === 2 ? 'US' : 'OW'
  if (choice === 'OB|OW') return 'OW'
  return choice
}

/**
 * The VR that an element sent as UN has according to the dictionary, when its value can be one of that VR; else UN.
 * The value is little endian whatever the transfer syntax (PS3.5 §6.2.2), so under Explicit VR Big Endian only VRs
 * without byte order count.
 */
export function betterThanUN(tag: Tag, length: number, littleEndian: boolean, signed: boolean): VR {
  if (isPrivate(tag) && !isPrivateCreator(tag)) return 'UN'
  const vr = implicitVR(tag, length, signed)
  const width = vr === 'AT' ? 4 : vrTraits(vr).bytesPerValue
  if (length % width !== 0 || (width > 1 && !littleEndian)) return 'UN'
  return vr
}
