/** Enhanced multi-frame images, by keyword: what their frames say of where and when they are (PS3.3 C.7.6.16, C.7.6.17). */
import type { InstanceInput } from '@isocenter/testkit/instances'

export interface FrameAt {
  /** Along the patient, mm. */
  readonly z: number
  /** Temporal Position Index. */
  readonly time?: number
  /** Index of a dimension of trigger delay times. */
  readonly phase?: number
  readonly stack?: string
  readonly orientation?: readonly number[]
}

export const enhancedMr = (frames: readonly FrameAt[]) => ({
  kind: 'MR', SOPClassUID: '1.2.840.10008.5.1.4.1.1.4.1', Modality: 'MR', ImageType: ['ORIGINAL', 'PRIMARY', 'VOLUME', 'NONE'], NumberOfFrames: frames.length,
  ImagePositionPatient: undefined, ImageOrientationPatient: undefined, PixelSpacing: undefined, SliceThickness: undefined,
  DimensionIndexSequence: ['00209128', '00209153', '00209057'].map((DimensionIndexPointer) => ({ DimensionIndexPointer, FunctionalGroupPointer: '00209111' })),
  SharedFunctionalGroupsSequence: [{ PixelMeasuresSequence: [{ PixelSpacing: [1, 1], SliceThickness: 3 }], PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }] }],
  PerFrameFunctionalGroupsSequence: frames.map(({ z, time, phase = 1, stack = '1', orientation }, index) => ({
    FrameContentSequence: [{ StackID: stack, DimensionIndexValues: [time ?? 1, phase, index + 1], ...(time !== undefined && { TemporalPositionIndex: time }) }],
    PlanePositionSequence: [{ ImagePositionPatient: [-8, -8, z] }],
    ...(orientation !== undefined && { PlaneOrientationSequence: [{ ImageOrientationPatient: orientation }] }),
  })),
}) satisfies InstanceInput
