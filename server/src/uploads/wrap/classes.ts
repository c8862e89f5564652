/** Which object a file of a category becomes, and what its class demands beyond every image (PS3.3). */
import type { AnatomicRegion, FileDescription, StudyCategory } from '@isocenter/contracts'
import type { Values } from './json.ts'

export interface ObjectClass {
  readonly SOPClassUID: string
  readonly Modality: string
  readonly values: Values
}

const capture = '1.2.840.10008.5.1.4.1.1.7'
const encapsulatedPdf = '1.2.840.10008.5.1.4.1.1.104.1'
const visibleLight = {
  endoscopic: '1.2.840.10008.5.1.4.1.1.77.1.1', videoEndoscopic: '1.2.840.10008.5.1.4.1.1.77.1.1.1', microscopic: '1.2.840.10008.5.1.4.1.1.77.1.2',
} as const
const ophthalmicPhotography = '1.2.840.10008.5.1.4.1.1.77.1.5.1'
const trueColourCapture = '1.2.840.10008.5.1.4.1.1.7.4'
const ultrasoundMultiFrame = '1.2.840.10008.5.1.4.1.1.3.1'

const modalities: Readonly<Record<StudyCategory, string>> = { radiology: 'OT', ophthalmology: 'OP', pathology: 'GM', endoscopy: 'ES', electrocardiogram: 'ECG', ultrasound: 'US' }
const primary = ['ORIGINAL', 'PRIMARY']
const acquisitionContext: Values = { AcquisitionContextSequence: null }

/** §C.7.6.22: of what a picture of pathology is. */
const specimen = ({ SpecimenIdentifier }: FileDescription, SpecimenUID: string): Values => ({
  ContainerIdentifier: SpecimenIdentifier, IssuerOfTheContainerIdentifierSequence: null, ContainerTypeCodeSequence: null,
  SpecimenDescriptionSequence: [{ SpecimenIdentifier, IssuerOfTheSpecimenIdentifierSequence: null, SpecimenUID, SpecimenPreparationSequence: null }],
})

/** PS3.16 CID 4202. */
const devices: Readonly<Record<NonNullable<FileDescription['eyeDevice']>, Values>> = {
  fundusCamera: { CodeValue: '409898007', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Fundus Camera' },
  scanningLaserOphthalmoscope: { CodeValue: '392001008', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Scanning Laser Ophthalmoscope' },
}
/** What was looked into (PS3.16 CID 4031), of those that people look into most. */
const regions: Readonly<Record<AnatomicRegion, readonly [CodeValue: string, CodeMeaning: string]>> = {
  esophagus: ['32849002', 'Esophagus'],
  stomach: ['69695003', 'Stomach'],
  duodenum: ['38848004', 'Duodenum'],
  colon: ['71854001', 'Colon'],
  rectum: ['34402009', 'Rectum'],
  nose: ['45206002', 'Nose'],
  larynx: ['4596009', 'Larynx'],
  trachea: ['44567001', 'Trachea'], bronchus: ['955009', 'Bronchus'], bladder: ['89837001', 'Bladder'], abdomen: ['52731004', 'Abdominal cavity'], knee: ['72696002', 'Knee'],
}
/** Those with two sides, or of which nobody says that they have none: which side it was is then there and empty. */
const sided: readonly AnatomicRegion[] = ['bronchus', 'knee', 'abdomen']
const regionOf = ({ anatomicRegion }: FileDescription): Values => {
  if (anatomicRegion === undefined) return { Laterality: null }
  const [CodeValue, CodeMeaning] = regions[anatomicRegion]
  return { AnatomicRegionSequence: [{ CodeValue, CodingSchemeDesignator: 'SCT', CodeMeaning }], ...(sided.includes(anatomicRegion) && { Laterality: null }) }
}
const eye: Values = { CodeValue: '81745001', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Eye' }

/** §C.8.17.2 to §C.8.17.5: which eye and by what device somebody said; the rest nobody knows of a file. */
const ophthalmic = (ImageLaterality: FileDescription['ImageLaterality'], eyeDevice: NonNullable<FileDescription['eyeDevice']>, frameOfReferenceUID: string): Values => ({
  ImageLaterality, AnatomicRegionSequence: [eye], AcquisitionDeviceTypeCodeSequence: [devices[eyeDevice]],
  IlluminationTypeCodeSequence: null, LightPathFilterTypeStackCodeSequence: null, ImagePathFilterTypeStackCodeSequence: null, LensesCodeSequence: null, DetectorType: null,
  PatientEyeMovementCommanded: null, RefractiveStateSequence: null, EmmetropicMagnification: null, IntraOcularPressure: null, HorizontalFieldOfView: null, PupilDilated: null,
  SynchronizationFrameOfReferenceUID: frameOfReferenceUID, SynchronizationTrigger: 'NO TRIGGER', AcquisitionTimeSynchronized: 'N',
  // Nobody has looked whether words stand in it: whoever leaves identities out must take it that they do.
  NumberOfFrames: 1, FrameIncrementPointer: '00181063', FrameTime: 0, BurnedInAnnotation: 'YES', PatientOrientation: null,
})

/** Of the eye that somebody named; of both, or of a part nobody has named, it is there and empty. Hearts are not paired. */
const lateral = ({ category, ImageLaterality }: FileDescription): Values =>
  (category === 'electrocardiogram' ? {} : { Laterality: category === 'ophthalmology' && (ImageLaterality === 'R' || ImageLaterality === 'L') ? ImageLaterality : null })

/** Of a picture. */
export function pictureClass(description: FileDescription, uid: string): ObjectClass {
  const Modality = modalities[description.category]
  const { category, ImageLaterality, eyeDevice } = description
  if (category === 'endoscopy') return { SOPClassUID: visibleLight.endoscopic, Modality, values: { ImageType: primary, PatientOrientation: null, ...acquisitionContext, ...regionOf(description) } }
  if (category === 'pathology') return { SOPClassUID: visibleLight.microscopic, Modality, values: { ImageType: primary, PatientOrientation: null, ...acquisitionContext, ...specimen(description, uid) } }
  // The class of ophthalmology names the device by a code; of another one a capture is what it is.
  if (category === 'ophthalmology' && eyeDevice !== undefined) return { SOPClassUID: ophthalmicPhotography, Modality, values: { ImageType: primary, ...ophthalmic(ImageLaterality, eyeDevice, uid) } }
  return { SOPClassUID: capture, Modality, values: { ConversionType: 'DI', PatientOrientation: null, ...lateral(description) } }
}

/** Of a video; by its own class where a category has one. */
export function videoClass(description: FileDescription): ObjectClass {
  const Modality = modalities[description.category]
  switch (description.category) {
    case 'endoscopy': return { SOPClassUID: visibleLight.videoEndoscopic, Modality, values: { ImageType: primary, PatientOrientation: null, ...acquisitionContext, ...regionOf(description) } }
    case 'ultrasound': return { SOPClassUID: ultrasoundMultiFrame, Modality, values: { ImageType: primary, PatientOrientation: null, Laterality: null } }
    default: return { SOPClassUID: trueColourCapture, Modality, values: { ConversionType: 'DI', BurnedInAnnotation: 'YES', PatientOrientation: null, ...lateral(description) } }
  }
}

/** Of a PDF (§A.45.1). */
export const documentClass = ({ category, title = '' }: FileDescription): ObjectClass => ({
  SOPClassUID: encapsulatedPdf, Modality: modalities[category] === 'OT' ? 'DOC' : modalities[category],
  values: { ConversionType: 'WSD', BurnedInAnnotation: 'YES', DocumentTitle: title === '' ? null : title, ConceptNameCodeSequence: null, MIMETypeOfEncapsulatedDocument: 'application/pdf', AcquisitionDateTime: null },
})
