/** Stored objects compressed to HTJ2K without loss, by the rule of their organisation, and back. */
export { recompressionTasks } from './tasks.ts'
export { endRule, recompressionRules, setRule } from './rules.ts'
export { receivedAgain } from './carried-original.ts'
