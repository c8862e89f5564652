import { type DicomJson, type Keyword } from '@isocenter/dicom'
import { itemsOf } from './attributes.ts'

/**
 * The item of a functional group macro that holds for a frame, counted from 1: that of the frame itself, else the one all
 * frames share (PS3.3 §C.7.6.16). Undefined where there is none.
 */
export function functionalGroup(json: DicomJson, frameNumber: number, macro: Keyword): DicomJson | undefined {
  const own = itemsOf(json, 'PerFrameFunctionalGroupsSequence')[frameNumber - 1]
  const shared = itemsOf(json, 'SharedFunctionalGroupsSequence')[0]
  return (own && itemsOf(own, macro)[0]) ?? (shared && itemsOf(shared, macro)[0])
}
