export { createAccessLog, type AccessLog } from './access-log.ts'
export { createAudit, type Audit } from './audit.ts'
export { record, type AuditAction, type AuditEvent } from './record.ts'
export { auditRoutes } from './routes.ts'
