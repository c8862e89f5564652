/** What was received and is kept until it has arrived everywhere. */
export { NothingToStore, ObjectMismatch, SpoolFull, SpoolUnavailable } from './errors.ts'
export { openSpool, type Spool, type SpoolOptions, type SpoolUsage } from './spool.ts'
export type { SpoolWriter } from './writer.ts'
export type { Identity, Origin, SpooledObject } from './spooled-object.ts'
export { spoolSchema } from './index-table.ts'
