/** DICOM over the network: the upper layer (PS3.8) and the message exchange on it (PS3.7). */
export * from './upper-layer/index.ts'
export { commandElements, type CommandKeyword, type CommandValues } from './message/command-elements.ts'
export { commandFields, messageName, type MessageName } from './message/command-field.ts'
export { decodeCommandSet, encodeCommandSet, isUID, type CommandSet } from './message/command-set.ts'
export { DimseConnection, type CallLimits, type ConnectionOptions } from './message/connection.ts'
export {
  DimseProtocolError, DimseStatusError, DimseTimeout, NoPresentationContext, type DimseProtocolErrorCode, type StatusDetails,
} from './message/dimse-error.ts'
export type { DimseResponse } from './message/invocation.ts'
export type { DimseMessage, OutgoingDataSet } from './message/message-stream.ts'
export { dimseStatus, isPending, statusClass, statusName, type DimseStatus, type StatusClass } from './message/status.ts'
export { contextFor, contextForStoreBack } from './services/contexts.ts'
export type {
  ActionRequest, CreateRequest, CreateResult, EventReportRequest, GetAttributesRequest, GetRequest, Match, MoveRequest, NormalizedRequest,
  NormalizedResult, QueryRequest, ServiceHandlers, ServiceRequest, ServiceResult, StoreRequest, SubOperations,
} from './services/handlers.ts'
export * from './services/print/index.ts'
export { encodeSmallDataSet, readDataSet, type SmallDataSet } from './services/identifier.ts'
export { defaultTimeoutMs, type CallOptions } from './services/scu-call.ts'
export { echo, VerificationSOPClass } from './services/scu-echo.ts'
export { get, type GetOptions } from './services/scu-get.ts'
export {
  action, create, deleteInstance, eventReport, getAttributes, set, type NormalizedOptions, type NormalizedResponse,
} from './services/scu-normalized.ts'
export { find, move, type MoveOptions, type QueryOptions, type RetrieveProgress } from './services/scu-query.ts'
export { store, storeIn, type StoreOptions, type StoreResponse } from './services/scu-store.ts'
export { serveServices } from './services/serve.ts'
export type { HandlerFailure, ServeOptions } from './services/serving.ts'
export {
  StorageCommitmentInstance, StorageCommitmentPushModel, commitmentHasFailures, commitmentReport, commitmentSucceeded, readCommitmentRequest, requestCommitment, type Reference, type FailedReference,
} from './services/storage-commitment.ts'
