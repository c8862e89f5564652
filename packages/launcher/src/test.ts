/**
 * Everything that must hold before a change is taken: `npm test`.
 *
 * With arguments (`npm test -- packages/dicom`) they go to Vitest, and only it runs. With CI=true a program that tests
 * need and this machine lacks is a failure: what CI passes has been tested.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildScreens } from './build-screens.ts'
import { root } from './settings.ts'
import { runSteps, runVitest, staticSteps } from './steps.ts'
import { missingTestPrograms } from './test-programs.ts'

const args = process.argv.slice(2)
const missing = missingTestPrograms()
for (const program of missing) console.log(`Skipped for want of ${program.package}: ${program.for}.`)
if (!existsSync(resolve(root, '../shared/dicom'))) console.log('Skipped for want of ../shared/dicom: tests on collected real files.')

const complete = process.env['CI'] !== 'true' || missing.length === 0
const checked = args.length > 0 || (await runSteps(staticSteps))
await buildScreens((line) => { console.log(line) })
const passed = await runVitest(args)
if (!checked) console.log('The checks before the tests have failed; see above.')
if (!complete) console.log('CI=true, and programs that tests need are missing; see the first lines.')
process.exitCode = checked && passed && complete ? 0 : 1
