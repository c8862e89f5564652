import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { journalFile, openJournal } from './journal.ts'
import { newTally, runImport } from './run.ts'
import { createStowClient, StoreError } from './stow.ts'
import { progressLine, reportCsv, showProgress, summaryText } from './terminal.ts'
import { walk } from './walk.ts'

const usage = `Sends files, folders and zip files to a DICOMweb server by STOW-RS.

  npm run import -- FILE_FOLDER_OR_ZIP…

  --url URL          base of the DICOMweb services; the running npm start where unset
  --token T          bearer token
  --batch 25         instances a request
  --parallel 4       requests at a time
  --report FILE      writes what was refused or not sent, and why, as CSV
  --fresh            sends everything again instead of going on where an interrupted run stopped

Stopping with Ctrl-C is safe: the same command goes on. Exit code 1 when the server refused something, 3 when the run did not reach its end.`

const { values, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: process.env['ISOCENTER_URL'] }, token: { type: 'string', default: process.env['ISOCENTER_TOKEN'] },
    batch: { type: 'string', default: '25' }, parallel: { type: 'string', default: '4' }, report: { type: 'string' },
    fresh: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
  },
})

const refusedExit = 1
const usageExit = 2
const unfinishedExit = 3

/** A whole number from the command line, at least 1. */
function count(text: string, option: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--${option} takes a number from 1 to 9999.`)
  return Number(text)
}

async function run(url: string): Promise<number> {
  const batchSize = count(values.batch, 'batch')
  const concurrency = count(values.parallel, 'parallel')
  const file = journalFile(url, paths)
  if (values.fresh) await (await openJournal(file)).forget()
  const journal = await openJournal(file)
  if (journal.remembered > 0) console.error(`Going on after an interrupted run: ${String(journal.remembered)} files are done already.`)

  const closers: (() => void)[] = []
  const interrupted = new AbortController()
  process.once('SIGINT', () => { interrupted.abort() })
  process.once('SIGTERM', () => { interrupted.abort() })
  const client = createStowClient(url, values.token)
  closers.push(() => { client.close() })

  // Counting runs beside the sending, so that the bar has an end without delaying the start.
  let total: number | undefined
  const counting = countFiles(interrupted.signal).then((files) => { total = files })
  const tally = newTally()
  const startedAt = performance.now()
  const elapsedMs = () => performance.now() - startedAt
  const stopShowing = showProgress(() => progressLine(tally, total, elapsedMs()), process.stderr)
  let problem: unknown
  try {
    await runImport({ client, journal, found: walk(paths, (close) => closers.push(close)), batchSize, concurrency, signal: interrupted.signal, tally })
    await counting
  } catch (error) {
    problem = error
    interrupted.abort()
  } finally {
    stopShowing()
    for (const close of closers) close()
  }
  console.log(summaryText(tally, elapsedMs()))
  if (values.report !== undefined) await writeFile(values.report, reportCsv(tally))
  if (problem !== undefined && !(problem instanceof StoreError)) throw problem
  if (problem !== undefined || interrupted.signal.aborted) {
    console.error(`${problem instanceof StoreError ? `Stopped: ${problem.message}.` : 'Interrupted.'} The same command goes on from here.`)
    return unfinishedExit
  }
  await journal.forget()
  return tally.refused.length > 0 ? refusedExit : 0
}

async function countFiles(signal: AbortSignal): Promise<number> {
  const closers: (() => void)[] = []
  let files = 0
  for await (const _ of walk(paths, (close) => closers.push(close))) {
    files++
    if (signal.aborted) break
  }
  for (const close of closers) close()
  return files
}

if (values.help || paths.length === 0 || values.url === undefined) {
  console.log(usage)
  process.exitCode = values.help ? 0 : usageExit
} else {
  try {
    process.exitCode = await run(values.url)
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The import failed.')
    process.exitCode = unfinishedExit
  }
}
