import { parseArgs } from 'node:util'
import { checks } from './checks.ts'
import { Client } from './client.ts'
import { runDimseChecks } from './dimse/run.ts'
import { makeFixtures } from './fixtures/fixtures.ts'
import { resultLine, summary } from './report.ts'
import { removeStored, storeAll } from './store.ts'
import { runChecks, type Level } from './suite.ts'

const usage = `Checks a DICOMweb server, a DIMSE node or both from outside, rule by rule.

  npm run conformance -- --url http://127.0.0.1:8080/dicom-web --token T
  npm run conformance -- --dimse 127.0.0.1:13227

  --url URL            base of the DICOMweb services
  --token T            bearer token; without it no Authorization header is sent
  --other-token T      token of another organisation, for the checks of isolation
  --dimse HOST:PORT    a DIMSE node; with --url, one on the same objects, and both are checked
  --ae-title AE        AE title the node is called by
  --dimse-tls HOST:PORT --tls-ca FILE
                       such a node behind TLS, and who signed its certificate
  --move-destination AE:PORT, --orthanc AE:PORT
                       application entities on this machine that the node was told of; DCMTK and Orthanc listen there for C-MOVE
  --only 27,30-34      only these checks
  --level MSC          only checks of these levels (M shall, S should, C clients, X our own promises)
  --quiet              only failures and the closing table
  --keep               leaves what was stored where it is

DIMSE nodes are checked by DCMTK, dcmjs-dimse and Orthanc; what is not installed is skipped.
Objects are stored under fresh UIDs, and deleted in the end where the server deletes. Exit code 1 when a check fails, 2 when the server cannot be checked at all.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env['ISOCENTER_URL'] }, token: { type: 'string', default: process.env['ISOCENTER_TOKEN'] }, 'other-token': { type: 'string' }, only: { type: 'string' },
    dimse: { type: 'string' }, 'ae-title': { type: 'string', default: 'CONFORMANCE' }, 'dimse-tls': { type: 'string' }, 'tls-ca': { type: 'string' }, 'move-destination': { type: 'string' }, orthanc: { type: 'string' },
    level: { type: 'string', default: 'MSCX' }, quiet: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
  },
})

/** `1,5-7` as a predicate; everything when nothing is said. */
function numbersIn(only: string | undefined): (number: number) => boolean {
  if (only === undefined) return () => true
  const ranges = only.split(',').map((part) => part.split('-').map(Number)).map(([from = Number.NaN, to = from]) => [from, to] as const)
  return (number) => ranges.some(([from, to]) => number >= from && number <= to)
}

const wanted = numbersIn(values.only)
const isWanted = ({ number, level }: { readonly number: number; readonly level: Level }): boolean => wanted(number) && values.level.includes(level)
const tell = (result: Parameters<typeof resultLine>[0]): void => { if (!values.quiet || result.outcome === 'fail') console.log(resultLine(result)) }

/** Checks what was asked for; the exit code. */
async function run(): Promise<number> {
  const client = values.url === undefined ? undefined : new Client(values.url, values.token)
  try {
    const results = [...client ? await ofDicomweb(client) : [], ...values.dimse === undefined ? [] : await ofDimse(values.dimse, client)]
    console.log(`\n${summary(results)}`)
    return results.some(({ outcome }) => outcome === 'fail') ? 1 : 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 2
  } finally {
    const staying = values.keep || !client ? 0 : await removeStored(client)
    if (staying > 0) console.log(`\n${String(staying)} studies that were stored for this stay: the server does not delete them.`)
  }
}

/** @throws Error when the objects the checks need cannot be stored */
async function ofDicomweb(client: Client) {
  const stranger = values['other-token'] === undefined ? undefined : new Client(client.base.href, values['other-token'])
  const fixtures = makeFixtures()
  const chosen = checks.filter(isWanted)
  if (chosen.length === 0) return []
  await storeAll(client, fixtures.all).catch((error: unknown) => {
    throw new Error(`The objects the checks need cannot be stored at ${client.base.href}: ${error instanceof Error ? error.message : String(error)}`)
  })
  return runChecks(chosen, { client, fixtures, stranger }, tell)
}

/** @throws Error when the node cannot be checked at all */
async function ofDimse(dimse: string, dicomweb: Client | undefined) {
  return runDimseChecks({
    dimse, aeTitle: values['ae-title'], tls: values['dimse-tls'], tlsCa: values['tls-ca'], moveDestination: values['move-destination'], orthanc: values.orthanc, dicomweb, isWanted,
  }, tell).catch((error: unknown) => { throw new Error(`${dimse} cannot be checked: ${error instanceof Error ? error.message : String(error)}`) })
}

if (values.help || (values.url === undefined && values.dimse === undefined)) {
  console.log(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = await run()
}
