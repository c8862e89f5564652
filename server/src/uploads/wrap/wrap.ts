/** A file that is no DICOM object becomes one: its bytes as they are where a class takes them, with the patient and study it is said to be of. */
import { createHash } from 'node:crypto'
import type { FileDescription, UploadFinding } from '@isocenter/contracts'
import { ExplicitVRLittleEndian, formatTag, instanceChunks, tagOf, type DicomJson, type Keyword } from '@isocenter/dicom'
import { documentClass, pictureClass, videoClass, type ObjectClass } from './classes.ts'
import { json, type Values } from './json.ts'
import { readJpeg, readPng, type Picture } from './picture.ts'
import { readVideo } from './video.ts'

export interface Wrapping {
  readonly describes: FileDescription
  /** UUID: the same upload makes the same object however often it is done. */
  readonly uploadId: string
  readonly at: Date
  /** Attributes of the study in DICOM JSON; undefined where it is not there yet. */
  readonly study: DicomJson | undefined
}

export type Wrapped = { readonly object: readonly Uint8Array[]; readonly finding?: UploadFinding | undefined } | { readonly refused: UploadFinding }

/** Patient and study, as they stand in every object of a study. */
const ofStudy = [
  'PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientBirthDate', 'PatientSex', 'StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName', 'StudyID', 'StudyDescription',
] as const satisfies readonly Keyword[]

/** @param file whole: uploads of files are smaller than twenty mebibytes */
export async function wrapFile(file: Buffer, { describes, uploadId, at, study }: Wrapping): Promise<Wrapped> {
  if (study === undefined && (describes.PatientName === undefined || describes.PatientID === undefined || describes.StudyDate === undefined)) return { refused: 'patientMissing' }
  const missing = (describes.category === 'ophthalmology' && describes.ImageLaterality === undefined) || (describes.category === 'pathology' && describes.SpecimenIdentifier === undefined)
  const about = patientAndStudy(describes, study)
  const make = (made: ObjectClass, attributes: DicomJson): DicomJson => ({ ...common(made, describes, uploadId, at), ...about, ...json(made.values), ...attributes })
  const uid = uidOf(`${uploadId} of what it shows`)

  if (file.subarray(0, 1024).includes('%PDF-', 0, 'latin1')) {
    // The trailer is in the last kilobytes, and says so where the text cannot be read without a password.
    const tail = file.subarray(-4096).toString('latin1')
    if (!file.subarray(0, 5).equals(Buffer.from('%PDF-')) || !tail.includes('%%EOF')) return { refused: 'notPdf' }
    if (/\/Encrypt\s+\d+\s+\d+\s+R/.test(tail)) return { refused: 'encryptedPdf' }
    const object = make(documentClass(describes), { ...json({ EncapsulatedDocumentLength: file.length }), '00420011': { vr: 'OB', InlineBinary: file.toString('base64') } })
    return { object: instanceChunks(object, { transferSyntaxUID: ExplicitVRLittleEndian }) }
  }
  if (missing) return { refused: 'descriptionIncomplete' }
  if (file.toString('latin1', 4, 8) === 'ftyp') {
    if (describes.category === 'endoscopy' && describes.anatomicRegion === undefined) return { refused: 'descriptionIncomplete' }
    const made = videoClass(describes)
    const video = await readVideo(file)
    if (typeof video === 'string') return { refused: video }
    return { object: instanceChunks(make(made, video.attributes), { transferSyntaxUID: video.transferSyntaxUID, pixelData: { frames: [[file]] } }) }
  }
  const isJpeg = file[0] === 0xff && file[1] === 0xd8 && file[2] === 0xff
  const isPng = file.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  if (!isJpeg && !isPng) return { refused: 'unknownFile' }
  const picture = isJpeg ? await readJpeg(file) : await readPng(file)
  if (typeof picture === 'string') return { refused: picture }
  // All that is known of when it was taken is the day.
  const day = about['00080020']?.Value?.[0]
  const taken = describes.eyeDevice === undefined || typeof day !== 'string' ? {} : json({ AcquisitionDateTime: day })
  return { object: pictureObject(make(pictureClass(describes, uid), { ...taken, ...picture.attributes }), picture), finding: picture.finding }
}

function pictureObject(attributes: DicomJson, { transferSyntaxUID, frame, native }: Picture): Uint8Array[] {
  if (frame !== undefined) return instanceChunks(attributes, { transferSyntaxUID, pixelData: { frames: [[frame]] } })
  const source = '7FE00010'
  return instanceChunks({ ...attributes, [source]: { vr: 'OB' } }, { transferSyntaxUID, bulkdata: new Map([[source, native ?? Buffer.alloc(0)]]) })
}

/** A UID of 128 bits, the same for the same words (PS3.5 §B.2). */
const uidOf = (words: string): string => `2.25.${BigInt(`0x${createHash('sha256').update(words).digest('hex').slice(0, 32)}`).toString()}`

function common({ SOPClassUID, Modality }: ObjectClass, { batch, InstanceNumber, title = '' }: FileDescription, uploadId: string, at: Date): DicomJson {
  const digits = at.toISOString().replaceAll(/[-:]/g, '')
  const [day, time] = [digits.slice(0, 8), digits.slice(9, 15)]
  return json({
    SpecificCharacterSet: 'ISO_IR 192', SOPClassUID, SOPInstanceUID: `2.25.${BigInt(`0x${uploadId.replaceAll('-', '')}`).toString()}`, SeriesInstanceUID: uidOf(`${batch} ${SOPClassUID}`),
    Modality, SeriesNumber: 1, SeriesDescription: title === '' ? undefined : title, Manufacturer: null, InstanceNumber,
    InstanceCreationDate: day, InstanceCreationTime: time, ContentDate: day, ContentTime: time, TimezoneOffsetFromUTC: '+0000',
  })
}

function patientAndStudy(describes: FileDescription, study: DicomJson | undefined): DicomJson {
  const typed: Values = {
    PatientName: describes.PatientName, PatientID: describes.PatientID, PatientBirthDate: describes.PatientBirthDate ?? null, PatientSex: describes.PatientSex ?? null, StudyDate: describes.StudyDate, StudyTime: null,
    AccessionNumber: describes.AccessionNumber ?? null, ReferringPhysicianName: null, StudyID: null, StudyDescription: describes.StudyDescription,
  }
  const uid = json({ StudyInstanceUID: describes.StudyInstanceUID })
  if (study === undefined) return { ...json(typed), ...uid }
  const empty = json({ PatientName: null, PatientID: null, PatientBirthDate: null, PatientSex: null, StudyDate: null, StudyTime: null, AccessionNumber: null, ReferringPhysicianName: null, StudyID: null })
  const tags = ofStudy.map((keyword) => formatTag(tagOf(keyword)))
  return { ...empty, ...Object.fromEntries(tags.flatMap((tag) => (study[tag] === undefined ? [] : [[tag, study[tag]]]))), ...uid }
}
