export { createAccessLog, type AccessLog } from './access-log.ts'
export { record, type AuditAction, type AuditEvent } from './record.ts'
