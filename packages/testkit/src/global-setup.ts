import type { TestProject } from 'vitest/node'
import { serveLeases } from './leases.ts'
import { sharedPostgres } from './shared-postgres.ts'
import { sharedRadosgw } from './shared-radosgw.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the socket that lends what all test files share. */
    leases: string
  }
}

/** Before all tests: offers what they share. After all: stops what was started. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const leases = await serveLeases({ database: sharedPostgres(), s3: sharedRadosgw() })
  project.provide('leases', leases.path)
  return leases.close
}
