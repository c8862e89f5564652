export type { ChangedTopic, ConfigurationChange, GatewayControl } from './actions.ts'
export { createControlApi, type ControlApiOptions } from './api.ts'
export { loadControlKey } from './key.ts'
