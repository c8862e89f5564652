/** API keys: how programs of an organisation prove who they are. */
export { createApiKeys, type ApiKeys } from './api-keys.ts'
export { apiKeyRoutes } from './routes.ts'
export { apiKeyTasks } from './tasks.ts'
export { clientSecretIn } from './token.ts'
