export * from './gateways.ts'
export * from './paging.ts'
export * from './problem.ts'
