/** What an instance can be rendered as (PS3.18 §8.7.4). */
import type { Layout } from '@isocenter/dicom'
import { isPresentationState } from '@isocenter/rendering'

export type RenderedKind = 'image' | 'video' | 'report' | 'presentationState' | 'pdf' | 'cda' | 'waveform' | 'other'

const EncapsulatedPDF = '1.2.840.10008.5.1.4.1.1.104.1'
const EncapsulatedCDA = '1.2.840.10008.5.1.4.1.1.104.2'
/** SR documents and Key Object Selection (PS3.4 Table B.5-1). */
const report = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.\d+$/
const waveform = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.9\./

/** By SOP Class, and by whether there are frames. */
export function renderedKind(SOPClassUID: string, { frames }: Pick<Layout, 'frames'>): RenderedKind {
  if (frames) return frames.kind === 'whole' ? 'video' : 'image'
  if (SOPClassUID === EncapsulatedPDF) return 'pdf'
  if (SOPClassUID === EncapsulatedCDA) return 'cda'
  if (report.test(SOPClassUID)) return 'report'
  if (isPresentationState(SOPClassUID)) return 'presentationState'
  return waveform.test(SOPClassUID) ? 'waveform' : 'other'
}

/** The frame that stands for all of them, counted from 1. */
export const middleFrame = (numberOfFrames: number): number => Math.max(1, Math.ceil(numberOfFrames / 2))
