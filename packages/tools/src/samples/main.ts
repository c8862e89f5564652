import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { Source } from '../import/source.ts'
import { createStowClient } from '../import/stow.ts'
import { sampleStudies, type Sample, type SampleStudy } from './index.ts'

const usage = `Makes studies of phantoms and stores them, so that there is something to look at.

  npm run samples

  --url URL     base of the DICOMweb services; the running npm start where unset
  --token T     bearer token

The same studies come out each time: running it again changes nothing.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env['ISOCENTER_URL'] }, token: { type: 'string', default: process.env['ISOCENTER_TOKEN'] },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const instancesPerRequest = 20

const asSource = ({ SOPInstanceUID, bytes }: Sample): Source => ({ name: SOPInstanceUID, byteLength: bytes.length, stamp: '', open: () => Promise.resolve(Readable.from([bytes])) })

/** Groups of at most `size`. */
function* groups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function storeStudy(client: ReturnType<typeof createStowClient>, study: SampleStudy): Promise<void> {
  let stored = 0
  const show = (ending: string) => process.stdout.write(process.stdout.isTTY
    ? `\r\x1b[2K${study.title}: ${String(stored)} of ${String(study.numberOfInstances)}${ending}`
    : ending === '' ? '' : `${study.title}: ${String(stored)} instances\n`)
  for (const group of groups(study.instances(), instancesPerRequest)) {
    const answer = await client.store(group.map(asSource), () => undefined)
    if (answer.failed.length > 0) throw new Error(`The server refused ${String(answer.failed.length)} instances of «${study.title}».`)
    stored += group.length
    show('')
  }
  show('\n')
}

async function run(url: string): Promise<void> {
  const client = createStowClient(url, values.token)
  try {
    for (const study of sampleStudies) await storeStudy(client, study)
  } finally {
    client.close()
  }
}

if (values.help || values.url === undefined) {
  console.log(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  try {
    await run(values.url)
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The samples could not be stored.')
    process.exitCode = 1
  }
}
