import { type DicomJson } from '@isocenter/dicom'
import { attributes, type AttributesInput } from './attributes.ts'
import { people } from './people.ts'
import { kinds, type InstanceKind } from './kinds.ts'
import { somePixels } from './pixels.ts'
import { aUID } from './uid.ts'

export type InstanceInput = AttributesInput & {
  /** What to build; a CT slice when absent. */
  readonly kind?: InstanceKind
}

/**
 * A synthetic instance of a kind, as DICOM JSON: the Type 1 and 2 attributes of its IOD, fresh UIDs, an invented patient and,
 * for images, small pixels that fit Rows, Columns, SamplesPerPixel, BitsAllocated and NumberOfFrames.
 * Anything given by keyword replaces what would be there: `null` leaves it empty, `undefined` leaves it out.
 */
export function anInstance({ kind = 'CT', ...given }: InstanceInput = {}): DicomJson {
  const whole: AttributesInput = { ...general(), ...kinds[kind](), ...given }
  const { Rows, Columns, BitsAllocated } = whole
  const hasPixels = Rows && Columns && BitsAllocated && !('PixelData' in given) && !('FloatPixelData' in given) && !('DoubleFloatPixelData' in given)
  if (!hasPixels) return attributes(whole)
  return attributes({
    ...whole,
    PixelData: somePixels({
      Rows: Number(Rows),
      Columns: Number(Columns),
      SamplesPerPixel: Number(whole.SamplesPerPixel ?? 1),
      BitsAllocated: Number(BitsAllocated),
      BitsStored: Number(whole.BitsStored ?? BitsAllocated),
      NumberOfFrames: Number(whole.NumberOfFrames ?? 1),
    }),
  })
}

/** Patient, General Study, General Series and General Equipment as every kind has them (PS3.3 §C.7.1, §C.7.2, §C.7.3, §C.7.5). */
function general(): AttributesInput {
  return {
    SOPInstanceUID: aUID(),
    StudyDate: '20260115',
    SeriesDate: '20260115',
    ContentDate: '20260115',
    StudyTime: '093012',
    SeriesTime: '093045.250000',
    ContentTime: '093101',
    AccessionNumber: 'A0001',
    Manufacturer: 'Isocenter Phantoms',
    ReferringPhysicianName: 'Zhang^Wei=张^伟',
    StudyDescription: 'Synthetic study',
    SeriesDescription: 'Synthetic series',
    ...people.wang,
    StudyInstanceUID: aUID(),
    SeriesInstanceUID: aUID(),
    StudyID: '1',
    SeriesNumber: 1,
    InstanceNumber: 1,
  }
}
