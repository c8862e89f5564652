import { encodeInstance, ExplicitVRLittleEndian } from '@isocenter/dicom'
import { dataSet, uidOf, type Attributes } from './attributes.ts'

/** One object ready to be sent. */
export interface Sample {
  readonly SOPInstanceUID: string
  readonly bytes: Uint8Array
}

/** A study whose objects are made one after the other, when they are asked for. */
export interface SampleStudy {
  readonly title: string
  readonly numberOfInstances: number
  readonly instances: () => Generator<Sample>
}

/** What all objects of a study have in common (PS3.3 §C.7.1, §C.7.2). */
export function studyAttributes(name: string, patient: Attributes, study: { date: string; time: string; description: string; accession: string }): Attributes {
  return {
    ...patient,
    StudyInstanceUID: uidOf('study', name), StudyID: study.accession.slice(-4), AccessionNumber: study.accession,
    StudyDate: study.date, StudyTime: study.time, StudyDescription: study.description,
    ReferringPhysicianName: 'Chen^Jing=陈^静', InstitutionName: 'Isocenter Samples', Manufacturer: 'Isocenter', ManufacturerModelName: 'Phantom',
    SoftwareVersions: '1', PositionReferenceIndicator: '', PatientOrientation: '',
  }
}

/** Encodes one object; pixels apart, so that they are not turned into text and back. */
export function sample(SOPInstanceUID: string, others: Attributes, pixels: Uint8Array): Sample {
  const attributes = { ...others, SOPInstanceUID }
  const json = { ...dataSet(attributes), '7FE00010': { vr: attributes.BitsAllocated === 8 ? 'OB' as const : 'OW' as const } }
  return { SOPInstanceUID, bytes: encodeInstance(json, { transferSyntaxUID: ExplicitVRLittleEndian, bulkdata: new Map([['7FE00010', pixels]]) }) }
}

/** The Image Pixel module of a grey image (PS3.3 §C.7.6.3). */
export function greyPixels(rows: number, columns: number, bitsStored: number, { isSigned = false, PhotometricInterpretation = 'MONOCHROME2' } = {}): Attributes {
  return {
    SamplesPerPixel: 1, PhotometricInterpretation, Rows: rows, Columns: columns,
    BitsAllocated: bitsStored > 8 ? 16 : 8, BitsStored: bitsStored, HighBit: bitsStored - 1, PixelRepresentation: isSigned ? 1 : 0,
  }
}

/** The bytes of an array of 16-bit pixels, little endian as the machines this runs on. */
export const bytesOf16 = (pixels: Int16Array | Uint16Array): Uint8Array => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
