import type { TestProject } from 'vitest/node'
import { serveLeases } from './leases.ts'
import { sharedPostgres } from './shared-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the socket that lends what all test files share. */
    leases: string
  }
}

/** Before all tests: offers what they share. After all: stops what was started. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const leases = await serveLeases({ database: sharedPostgres() })
  project.provide('leases', leases.path)
  return leases.close
}
