import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { root } from './settings.ts'

/** One part of checking the repository; answers whether it passed, having said what did not. */
export interface Step {
  readonly name: string
  readonly run: () => Promise<boolean>
}

/** What a generator writes; it passes when running it again changes nothing. */
const generated: readonly { readonly script: string; readonly files: readonly string[] }[] = [
  { script: 'packages/dicom/scripts/build-dictionary.ts', files: ['packages/dicom/src/dictionary.generated.ts', 'packages/dicom/src/uids.generated.ts'] },
  { script: 'packages/launcher/src/env-example.ts', files: ['.env.example'] },
  { script: 'packages/launcher/src/third-party-notices.ts', files: ['THIRD-PARTY-NOTICES.md'] },
]

/** Everything that is checked without running the code. */
export const staticSteps: readonly Step[] = [
  { name: 'generated files', run: generatedFilesAreCurrent },
  { name: 'types', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']) },
  // Screens know the browser, which nothing else does.
  { name: 'types of the design system', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'packages/design-system/tsconfig.json']) },
  { name: 'types of the gateway console', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'dimse-gateway/console/tsconfig.json']) },
  { name: 'types of the shell', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'mfe-shell/tsconfig.json']) },
  { name: 'types of management', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'mfe-admin/tsconfig.json']) },
  { name: 'types of the viewer', run: () => command(['node_modules/typescript/bin/tsc', '-p', 'mfe-viewer/tsconfig.json']) },
  { name: 'lint', run: () => command(['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']) },
]

/** Runs the steps one after another, all of them also when one fails, so that one run shows everything. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  let passed = true
  for (const { name, run } of steps) {
    const began = performance.now()
    const good = await run()
    console.log(`${good ? '✓' : '✗'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
    passed &&= good
  }
  return passed
}

/** Runs a Node program of node_modules in the repository's folder, at this terminal. */
export function command(args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return new Promise((done, reject) => child.once('error', reject).once('close', (code) => { done(code === 0) }))
}

async function generatedFilesAreCurrent(): Promise<boolean> {
  let current = true
  for (const { script, files } of generated) {
    const before = files.map(content)
    const run = spawnSync(process.execPath, [resolve(root, script)], { cwd: root, encoding: 'utf8' })
    if (run.status !== 0) console.log(run.stderr)
    const stale = files.filter((file, index) => content(file) !== before[index])
    for (const file of stale) console.log(`${file} was not what ${script} makes; it has been made anew: read the difference and commit it.`)
    current &&= run.status === 0 && stale.length === 0
  }
  return current
}

function content(file: string): string | undefined {
  try {
    return readFileSync(resolve(root, file), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Runs Vitest with these arguments; the last line it says counts the tests. */
export function runVitest(args: readonly string[]): Promise<boolean> {
  return command(['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=./packages/launcher/src/counting-reporter.ts', ...args])
}
