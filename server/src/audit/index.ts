/** The audit trail: written in the caller's transaction, sealed, searched, handed on. */
export { createAccessLog, type AccessLog } from './access-log.ts'
export { createAudit, type Audit } from './audit.ts'
export { record, type AuditAction, type AuditEvent } from './record.ts'
export { auditRoutes } from './routes.ts'
export { createSealSigner, type SealSigner } from './seal.ts'
export { auditTasks, startSealing } from './sealing.ts'
export { verifyTrail, type TrailVerdict } from './verify.ts'
