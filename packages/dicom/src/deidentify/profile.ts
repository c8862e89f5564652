/** What becomes of an attribute when a data set is de-identified (PS3.15 Annex E). */
import { attribute } from '../dictionary.ts'
import { formatTag, isPrivate, type Tag } from '../tag.ts'
import type { VR } from '../vr.ts'
import { basicProfile } from './profile.generated.ts'

/**
 * Action codes of PS3.15 Table E.1-1a: dummy value, zero length, removed, UID replaced; `keep` also cleans the items of a sequence. The basic
 * profile itself has no C.
 */
export type Action = 'D' | 'Z' | 'X' | 'U' | 'keep'

/**
 * Codes such as X/Z/D leave it to the IOD which of them it takes: X where the attribute is optional, Z where its value is, D where neither is. Which
 * IOD an object claims says little of what it is, so the one that keeps any IOD's rules is taken; a dummy tells nothing of the patient either.
 */
const safest = { 'D': 'D', 'Z': 'Z', 'X': 'X', 'U': 'U', 'Z/D': 'D', 'X/Z': 'Z', 'X/D': 'D', 'X/Z/D': 'D', 'X/Z/U*': 'keep' } as const satisfies Record<(typeof basicProfile)[number][1], Action>

/** Type 3 in every IOD (PS3.3 §C.7.3.1, §C.7.5.1, §C.12.1): a dummy date among true numbers would only mislead. */
const optionalEverywhere = new Set(['SeriesDate', 'SeriesTime', 'InstanceCreationDate', 'InstanceCreationTime', 'InstitutionName', 'StationName', 'OperatorsName'])

const listed = new Map<string, Action>()
for (const [tag, action, keyword] of basicProfile) listed.set(tag, optionalEverywhere.has(keyword) ? 'X' : safest[action])

/**
 * Stricter than PS3.15 Table E.1-1, for what the table does not list: free text, names, dates and times, network names and what cannot be read for what it is
 * go; so do signatures and encrypted originals (0400), and overlays and curves as wholes, of which the table takes only the values.
 */
const removedGroups = new Set([0x0000, 0x0002, 0x0400, 0xfffa, 0xfffc])
const removedVRs = new Set<VR>(['AE', 'DA', 'DT', 'TM', 'LT', 'ST', 'UC', 'UR', 'UT', 'UN'])

/** The action for an attribute, by its tag and its VR in the data set. What is not in PS3.6, or is there as something else, is removed. */
export function actionFor(tag: Tag, vr: VR): Action {
  const group = tag >>> 16
  if (isPrivate(tag) || removedGroups.has(group) || isRepeating(group) || attribute(tag)?.vr.includes(vr) !== true) return 'X'
  return listed.get(formatTag(tag)) ?? actionByVR(vr)
}

/** Curves (50xx) and overlays (60xx). */
const isRepeating = (group: number) => (group & 0xff00) === 0x5000 || (group & 0xff00) === 0x6000

function actionByVR(vr: VR): Action {
  if (vr === 'UI') return 'U'
  if (vr === 'PN') return 'Z'
  return removedVRs.has(vr) ? 'X' : 'keep'
}
