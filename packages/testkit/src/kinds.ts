/** What each kind of synthetic instance has of its own; sizes small enough that a test may make hundreds. */
import type { AttributesInput } from './attributes.ts'
import { aUID } from './uid.ts'

export type InstanceKind = 'CT' | 'MR' | 'US' | 'SC' | 'SEG' | 'SR' | 'PDF'

export const kinds = {
  CT: ctSlice,
  MR: mrSlice,
  US: usCine,
  SC: colourCapture,
  SEG: binarySegmentation,
  SR: basicTextReport,
  PDF: encapsulatedPdf,
} satisfies Record<InstanceKind, () => AttributesInput>

const axialPlane = {
  FrameOfReferenceUID: '2.25.251386459103226917349012938756017223384',
  PositionReferenceIndicator: null,
  PixelSpacing: [0.703125, 0.703125],
  ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
  ImagePositionPatient: [-5.625, -5.625, 12.5],
} satisfies AttributesInput

const grey16 = {
  Rows: 16,
  Columns: 16,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
} satisfies AttributesInput

/** CT Image (PS3.3 §A.3). */
function ctSlice(): AttributesInput {
  return {
    ...axialPlane,
    ...grey16,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    Modality: 'CT',
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    BodyPartExamined: 'CHEST',
    PatientPosition: 'HFS',
    SliceThickness: 1.25,
    KVP: 120,
    AcquisitionNumber: 1,
    RescaleIntercept: -1024,
    RescaleSlope: 1,
    RescaleType: 'HU',
    WindowCenter: [40, -600],
    WindowWidth: [400, 1500],
    WindowCenterWidthExplanation: ['SOFT', 'LUNG'],
  }
}

/** MR Image (PS3.3 §A.4). */
function mrSlice(): AttributesInput {
  return {
    ...axialPlane,
    ...grey16,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
    Modality: 'MR',
    ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    BodyPartExamined: 'HEAD',
    PatientPosition: 'HFS',
    ScanningSequence: 'SE',
    SequenceVariant: 'NONE',
    ScanOptions: null,
    MRAcquisitionType: '2D',
    SliceThickness: 5,
    RepetitionTime: 550,
    EchoTime: 14,
    EchoTrainLength: 1,
  }
}

/** Ultrasound Multi-frame Image (PS3.3 §A.7), a short cine loop. */
function usCine(): AttributesInput {
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.3.1',
    Modality: 'US',
    ImageType: ['ORIGINAL', 'PRIMARY', '', '0001'],
    Laterality: null,
    PatientOrientation: null,
    Rows: 12,
    Columns: 16,
    NumberOfFrames: 5,
    FrameTime: 33.3,
    FrameIncrementPointer: ['00181063'],
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    LossyImageCompression: '00',
  }
}

/** Secondary Capture Image in colour (PS3.3 §A.8.1), an odd number of pixel bytes. */
function colourCapture(): AttributesInput {
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
    Modality: 'OT',
    ConversionType: 'WSD',
    Laterality: null,
    PatientOrientation: null,
    Rows: 7,
    Columns: 5,
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  }
}

/** Binary Segmentation (PS3.3 §A.51) of 7 × 5 pixels, so that all frames but the first begin inside a byte (PS3.5 §8.2). */
function binarySegmentation(): AttributesInput {
  const NumberOfFrames = 3
  const DimensionOrganizationUID = aUID()
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.66.4',
    Modality: 'SEG',
    ManufacturerModelName: 'Phantom Segmenter',
    DeviceSerialNumber: '1',
    SoftwareVersions: '1.0',
    PatientOrientation: null,
    ImageType: ['DERIVED', 'PRIMARY'],
    FrameOfReferenceUID: axialPlane.FrameOfReferenceUID,
    PositionReferenceIndicator: null,
    SegmentationType: 'BINARY',
    SegmentSequence: [
      {
        SegmentNumber: 1,
        SegmentLabel: '肺结节',
        SegmentAlgorithmType: 'MANUAL',
        SegmentedPropertyCategoryCodeSequence: [code('49755003', 'SCT', 'Morphologically Altered Structure')],
        SegmentedPropertyTypeCodeSequence: [code('27925004', 'SCT', 'Nodule')],
      },
    ],
    ContentLabel: 'NODULE',
    ContentDescription: null,
    ContentCreatorName: null,
    DimensionOrganizationSequence: [{ DimensionOrganizationUID }],
    DimensionIndexSequence: [{ DimensionOrganizationUID, DimensionIndexPointer: '00200032', FunctionalGroupPointer: '00209113' }],
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [{ PixelSpacing: axialPlane.PixelSpacing, SliceThickness: 1.25 }],
        PlaneOrientationSequence: [{ ImageOrientationPatient: axialPlane.ImageOrientationPatient }],
        SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 1 }],
      },
    ],
    PerFrameFunctionalGroupsSequence: Array.from({ length: NumberOfFrames }, (_, frameIndex) => ({
      FrameContentSequence: [{ DimensionIndexValues: frameIndex + 1 }],
      PlanePositionSequence: [{ ImagePositionPatient: [-5.625, -5.625, 12.5 + frameIndex * 1.25] }],
    })),
    Rows: 7,
    Columns: 5,
    NumberOfFrames,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    LossyImageCompression: '00',
  }
}

/** Basic Text SR (PS3.3 §A.35.1) with one finding. */
function basicTextReport(): AttributesInput {
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11',
    Modality: 'SR',
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [code('18748-4', 'LN', 'Diagnostic imaging study')],
    ContinuityOfContent: 'SEPARATE',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ContentSequence: [
      {
        RelationshipType: 'CONTAINS',
        ValueType: 'TEXT',
        ConceptNameCodeSequence: [code('121071', 'DCM', 'Finding')],
        TextValue: '右上肺见一结节，直径约 8 mm。\r\nNo pleural effusion.',
      },
    ],
  }
}

/** Encapsulated PDF (PS3.3 §A.45.1) around the smallest document readers accept. */
function encapsulatedPdf(): AttributesInput {
  const document = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n', 'latin1')
  return {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
    Modality: 'DOC',
    ConversionType: 'WSD',
    AcquisitionDateTime: null,
    BurnedInAnnotation: 'NO',
    DocumentTitle: '影像诊断报告',
    ConceptNameCodeSequence: [],
    MIMETypeOfEncapsulatedDocument: 'application/pdf',
    EncapsulatedDocument: document,
    EncapsulatedDocumentLength: document.length,
    SourceInstanceSequence: [{ ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.2', ReferencedSOPInstanceUID: aUID() }],
  }
}

function code(CodeValue: string, CodingSchemeDesignator: string, CodeMeaning: string): AttributesInput {
  return { CodeValue, CodingSchemeDesignator, CodeMeaning }
}
