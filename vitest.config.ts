import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/scripts/**/*.test.ts', 'server/src/**/*.test.ts', 'dimse-gateway/**/*.test.{ts,tsx}', 'mfe-*/**/*.test.{ts,tsx}', 'migrations/**/*.test.ts', 'conformance/**/*.test.ts'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    pool: 'forks',
    // Vitest would leave one core to itself, and two cores are what CI has.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
