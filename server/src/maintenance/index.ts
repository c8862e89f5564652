/** Locking, deleting, restoring and purging of studies; devices with what they made; storage. */
export { createMaintenance, maintenanceTasks, type Maintenance } from './maintenance.ts'
export { quarantineRoutes } from './quarantine-routes.ts'
export { maintenanceRoutes } from './routes.ts'
