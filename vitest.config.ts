import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/scripts/**/*.test.ts', 'server/src/**/*.test.ts', 'dimse-gateway/**/*.test.{ts,tsx}', 'mfe-*/**/*.test.{ts,tsx}', 'migrations/**/*.test.ts', 'conformance/**/*.test.ts'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    // Servers, gateways and commands are started hundreds of times: what one has compiled the next one takes, for half of the processor time of a start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    pool: 'forks',
    // Vitest would leave one core to itself, and two cores are what CI has.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes at once where it comes, and late where others are at work: a second is no measure.
    expect: { poll: { timeout: 10_000 } },
  },
})
