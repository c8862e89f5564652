/** Where modalities arrive: associations, verification, storage into the spool, and the services that plug in. */
export { createReception, type Reception, type ReceptionOptions, type ReceptionStatus } from './reception.ts'
export type { GatewayService } from './service.ts'
export { createUnknownSenders, refusedServicesSchema, unknownSenderSchema, type UnknownSender, type UnknownSenders } from './unknown-senders.ts'
