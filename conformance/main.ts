import { parseArgs } from 'node:util'
import { checks } from './checks.ts'
import { Client } from './client.ts'
import { makeFixtures } from './fixtures/fixtures.ts'
import { resultLine, summary } from './report.ts'
import { removeStored, storeAll } from './store.ts'
import { runChecks } from './suite.ts'

const usage = `Checks a DICOMweb server from outside, rule by rule.

  npm run conformance -- --url http://127.0.0.1:8080/dicom-web --token T

  --url URL            base of the DICOMweb services
  --token T            bearer token; without it no Authorization header is sent
  --other-token T      token of another organisation, for the checks of isolation
  --only 27,30-34      only these checks
  --level MSC          only checks of these levels (M shall, S should, C clients, X our own promises)
  --quiet              only failures and the closing table
  --keep               leaves what was stored where it is

Objects are stored under fresh UIDs, and deleted in the end where the server deletes. Exit code 1 when a check fails, 2 when the server cannot be checked at all.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env['ISOCENTER_URL'] }, token: { type: 'string', default: process.env['ISOCENTER_TOKEN'] }, 'other-token': { type: 'string' }, only: { type: 'string' },
    level: { type: 'string', default: 'MSCX' }, quiet: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
  },
})

/** `1,5-7` as a predicate; everything when nothing is said. */
function numbersIn(only: string | undefined): (number: number) => boolean {
  if (only === undefined) return () => true
  const ranges = only.split(',').map((part) => part.split('-').map(Number)).map(([from = Number.NaN, to = from]) => [from, to] as const)
  return (number) => ranges.some(([from, to]) => number >= from && number <= to)
}

async function run(url: string): Promise<number> {
  const client = new Client(url, values.token)
  const stranger = values['other-token'] === undefined ? undefined : new Client(url, values['other-token'])
  const fixtures = makeFixtures()
  try {
    await storeAll(client, fixtures.all)
  } catch (error) {
    console.error(`The objects the checks need cannot be stored at ${url}: ${error instanceof Error ? error.message : String(error)}`)
    return 2
  }
  const wanted = numbersIn(values.only)
  const chosen = checks.filter(({ number, level }) => wanted(number) && values.level.includes(level))
  const results = await runChecks(chosen, { client, fixtures, stranger }, (result) => {
    if (!values.quiet || result.outcome === 'fail') console.log(resultLine(result))
  })
  console.log(`\n${summary(results)}`)
  const staying = values.keep ? 0 : await removeStored(client)
  if (staying > 0) console.log(`\n${String(staying)} studies that were stored for this stay: the server does not delete them.`)
  return results.some(({ outcome }) => outcome === 'fail') ? 1 : 0
}

if (values.help || values.url === undefined) {
  console.log(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await run(values.url)
}
