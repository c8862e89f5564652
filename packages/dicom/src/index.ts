/** DICOM bytes and values: pure, no files, no network, no database. */
export { attribute, isKeyword, keywordOf, tagOf, type Attribute, type Keyword } from './dictionary.ts'
export { encodeFileMeta, ImplementationClassUID, ImplementationVersionName, type FileMeta } from './file-meta.ts'
export {
  addressableFrames, alignFrame, frameRanges, wholeRanges,
  type EncapsulatedFrames, type Fragments, type FrameIndex, type FrameRange, type NativeFrames, type WholeStream,
} from './frames.ts'
export type { DicomJson, DicomJsonAttribute } from './json.ts'
export { formatTag, isGroupLength, isPrivate, isPrivateCreator, parseTag, type Tag } from './tag.ts'
export { transferSyntax } from './transfer-syntax.ts'
export { allVRs, isVR, vrTraits, type VR } from './vr.ts'
export { encodeDataSet, encodeInstance, instanceChunks, type EncodeInstanceOptions, type EncodeOptions } from './write.ts'
export { DicomWriteError, type DicomWriteErrorCode } from './write-error.ts'
export type { EncapsulatedPixelData } from './write-pixel-data.ts'
export { formatMediaType, parameterOf, parametersOf, parseAccept, parseMediaType, type MediaRange, type MediaType } from './media-type.ts'
export {
  defaultMultipartLimits, isBoundary, MultipartError, multipartBoundary, multipartEnd, partHeader, readMultipart,
  type MultipartErrorCode, type MultipartLimits, type MultipartPart,
} from './multipart.ts'
