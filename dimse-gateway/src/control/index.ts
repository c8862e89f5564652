export type { ChangedTopic, ConfigurationChange, GatewayControl } from './actions.ts'
export { createControlApi, type ControlApiOptions } from './api.ts'
export { createGatewayControl, type GatewayParts } from './gateway-control.ts'
export { loadControlKey } from './key.ts'
