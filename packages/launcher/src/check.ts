/** Checks what can be checked without running the code: `npm run check`. */
import { runSteps, staticSteps } from './steps.ts'

process.exitCode = (await runSteps(staticSteps)) ? 0 : 1
