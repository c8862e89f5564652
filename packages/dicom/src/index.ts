/** DICOM bytes and values: pure, no files, no network, no database. */
export { encodeFileMeta, ImplementationClassUID, ImplementationVersionName, type FileMeta } from './file-meta.ts'
export {
  addressableFrames, frameOfRange, frameRanges, isStoredAsServed, wholeRanges,
  type EncapsulatedFrames, type Fragments, type FrameIndex, type FrameRange, type NativeFrames, type WholeStream,
} from './frames.ts'
export { buildFrameIndex, type IndexedFrames } from './frame-index.ts'
export type { FrameWarning, FrameWarningCode } from './frame-warning.ts'
export type { BulkdataRange, Layout, PixelLayout } from './layout.ts'
export { NoDicomFile, openFile, type OpenedFile } from './open-file.ts'
export { implicitVR, NotExplicit } from './write-implicit.ts'
export { decodeLayout, encodeLayout } from './layout-encoding.ts'
export { describeInstance, type DescribeOptions, type InstanceDescription } from './describe-instance.ts'
export {
  DicomJsonError, parseDicomJson, parseDicomJsonArray, writeDicomJson,
  type DicomJson, type DicomJsonAttribute, type DicomJsonErrorCode, type DicomJsonValue, type WriteJsonOptions,
} from './json.ts'
export { writeDicomXml } from './xml-write.ts'
export { parseDicomXml } from './xml-read.ts'
export { DicomXmlError, type DicomXmlErrorCode } from './xml-tokens.ts'
export { isBulkdata } from './bulkdata.ts'
export { normaliseCharsetTerm, SpecificCharacterSet } from './charset.ts'
export { CharacterSetEncoder } from './charset-encode.ts'
export type { BulkPiece, InstancePiece } from './write-piece.ts'
export { dataSetPieces, encodeDataSet, encodeInstance, instanceChunks, instancePieces, type EncodeInstanceOptions, type EncodeOptions } from './write.ts'
export { DicomWriteError, type DicomWriteErrorCode } from './write-error.ts'
export type { EncapsulatedPixelData } from './write-pixel-data.ts'
export { formatMediaType, parameterOf, parametersOf, parseAccept, parseMediaType, type MediaRange, type MediaType } from './media-type.ts'
export {
  defaultMultipartLimits, isBoundary, MultipartError, multipartBoundary, multipartEnd, partHeader, readMultipart,
  type MultipartErrorCode, type MultipartLimits, type MultipartPart,
} from './multipart.ts'
export { formatTag, parseTag, isGroupLength, isPrivate, isPrivateCreator, type Tag } from './tag.ts'
export { allVRs, isVR, vrTraits, type VR, type VRTraits } from './vr.ts'
export { comparable, comparableValues, integerOf, textOf } from './comparable.ts'
export { attribute, describeTag, isKeyword, keywordOf, tagOf, type Attribute, type Keyword } from './dictionary.ts'
export { isReadableUID, newUID } from './uid.ts'
export { sopClass, sopClassUID, storageSOPClasses, type SOPClass } from './sop-class.ts'
export {
  allTransferSyntaxes, transferSyntax, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
  type Codec, type TransferSyntax,
} from './transfer-syntax.ts'
export { DataSet, type DataElement } from './data-set.ts'
export { fragmentHeadBytes, fragmentTailBytes, type FragmentTable } from './fragment-table.ts'
export { DicomReadError, type DicomReadErrorCode, type ReadWarning, type ReadWarningCode } from './read-error.ts'
export { defaultReadLimits, type ReadLimits } from './read-limits.ts'
export { InstanceReader, readInstance, type ParsedInstance, type ReadOptions } from './read.ts'
export { foldName, formatPersonName, nameTokens, parsePersonName, searchName, type PersonName } from './person-name.ts'
export {
  dateRange, dateTimeRange, normalDate, normalDateTime, normalTime, offsetMinutes, shiftDateTime, timeRange, type TimeRange,
} from './date-time.ts'
export { matches, matchesPlan } from './matching.ts'
export { conditionOf, MatchValueError, nameOfKey, type Condition, type MatchKey, type MatchOptions } from './matching-condition.ts'
export { wordExpression, type NameCondition, type NameWord } from './matching-name.ts'
export type { Pattern, PatternPart } from './matching-pattern.ts'
export { planOf, type DateTimeCondition, type MatchPlan } from './matching-plan.ts'
export { storeFailures, storeStatusMeaning, storeWarnings, type StoreFailure, type StoreStatus, type StoreWarning } from './status.ts'
export { DirectoryWriter, type DirectoryFile } from './directory.ts'
export { instanceRecordType, type InstanceRecordType } from './directory-records.ts'
export { isSurelySound, valueFault, type ValueFault } from './value-form.ts'
export { orderedJson } from './ordered-json.ts'
export { aroundPixelData, explicitLittleEndian, pixelDataHeader, type AroundPixelData, type ObjectChanges } from './explicit-little-endian.ts'
export { lengthOfPieces, type ReencodedPiece, type StoredRange } from './reencoded-pieces.ts'
export { wordsSwapped } from './swap-words.ts'
export { deidentify, keepsBulkdata, type DeidentifyOptions } from './deidentify/deidentify.ts'
export { createPseudonyms, type Pseudonyms } from './deidentify/pseudonyms.ts'
export { visibleRisks, type VisibleRisk } from './deidentify/visible-risks.ts'
