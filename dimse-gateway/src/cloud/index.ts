/** The cloud: enrolment, tokens, reports and commands. */
export { CloudRefused, NotTheCloud } from './cloud-api.ts'
export { CloudKeyMissing, enrolWith, forgetCloudKey, openCloud, type OpenedCloud } from './cloud.ts'
export type { CloudContact } from './report-loop.ts'
export { cloudAuthorization, type TokenProvider } from './token-provider.ts'
