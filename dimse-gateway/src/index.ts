/** The DIMSE gateway, for whoever runs it inside a process of their own. */
export { exampleEnv, readConfig, type GatewayConfig } from './config.ts'
export { startGateway, type RunningGateway } from './gateway.ts'
