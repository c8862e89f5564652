/** Gateways: enrolment, tokens, reports and remote management. */
export { withdrawCommand } from './commands.ts'
export { createGateways, type Gateways } from './gateways.ts'
export { healthOf } from './health.ts'
export { gatewayRoutes } from './routes.ts'
export { gatewayTasks } from './tasks.ts'
export { tokenRoutes } from './token-routes.ts'
export { readUploadCode, rotateUploadCode } from './upload-codes.ts'
