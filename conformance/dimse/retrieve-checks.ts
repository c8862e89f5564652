import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must, same } from '../expect.ts'
import { check, NotApplicable, type Check } from '../suite.ts'
import { dataSetOf } from './data-sets.ts'
import type { Destination, DimseContext } from './node.ts'
import { beside, eventually, run, runs } from './programs.ts'

const studyOf = ({ fixtures: { ct } }: DimseContext) => ct[0]?.StudyInstanceUID ?? ''

/** Every CT image came, with the data set it has. */
async function hasAll({ fixtures: { ct } }: DimseContext, into: string): Promise<void> {
  const files = await Promise.all((await readdir(into)).map((name) => readFile(join(into, name))))
  same(files.length, ct.length, 'objects that came')
  for (const { bytes, SOPInstanceUID } of ct) must(files.some((file) => dataSetOf(file).equals(dataSetOf(bytes))), `${SOPInstanceUID} did not come as it was sent`)
}

function destinationOf({ moveDestination }: DimseContext): Destination {
  if (!moveDestination) throw new NotApplicable('no --move-destination was given')
  return moveDestination
}

const movescu = ({ node: { host, port, aeTitle } }: DimseContext, destination: string, ...keys: string[]) =>
  run('movescu', '-v', '-S', '-aec', aeTitle, '-aem', destination, host, String(port), ...keys.flatMap((key) => ['-k', key]))

/** PS3.4 Annex C: C-GET and C-MOVE. */
export const retrieveChecks: readonly Check<DimseContext>[] = [
  check(555, 'M', 'C-GET brings a study, as it was sent', async (context) => {
    const { node: { host, port, aeTitle }, folder } = context
    const into = await mkdtemp(join(folder, 'got-'))
    await runs('getscu', '-v', '-S', '+B', '-od', into, '-aec', aeTitle, host, String(port), '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${studyOf(context)}`)
    await hasAll(context, into)
  }),
  check(556, 'M', 'C-GET of one instance brings that one', async (context) => {
    const { node: { host, port, aeTitle }, folder, fixtures: { ct: [first] } } = context
    const into = await mkdtemp(join(folder, 'got-'))
    await runs('getscu', '-S', '+B', '-od', into, '-aec', aeTitle, host, String(port), '-k', 'QueryRetrieveLevel=IMAGE', '-k', `StudyInstanceUID=${first?.StudyInstanceUID ?? ''}`,
      '-k', `SeriesInstanceUID=${first?.SeriesInstanceUID ?? ''}`, '-k', `SOPInstanceUID=${first?.SOPInstanceUID ?? ''}`)
    same((await readdir(into)).length, 1, 'objects that came')
  }),
  check(557, 'M', 'C-MOVE sends a study to a node it knows, and counts', async (context) => {
    const { aeTitle, port } = destinationOf(context)
    const into = await mkdtemp(join(context.folder, 'moved-'))
    await beside('storescp', ['+B', '+xa', '-aet', aeTitle, '-od', into, String(port)], port, async () => {
      const { code, text } = await movescu(context, aeTitle, 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${studyOf(context)}`)
      must(code === 0, `movescu ended with ${String(code)}: ${text.trim().split('\n').at(-1) ?? ''}`)
    })
    await hasAll(context, into)
  }),
  check(558, 'M', 'C-MOVE to a node nobody knows is refused (A801)', async (context) => {
    const { code, text } = await movescu(context, 'NOBODY', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${studyOf(context)}`)
    must(code !== 0 && /MoveDestinationUnknown|a801/i.test(text), `movescu said ${text.trim().split('\n').at(-1) ?? ''}`)
  }),
  check(559, 'M', 'C-MOVE to a node that is not there fails and says so', async (context) => {
    const { aeTitle } = destinationOf(context)
    const { code } = await movescu(context, aeTitle, 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${studyOf(context)}`)
    must(code !== 0, 'movescu was told success')
  }),
  check(560, 'C', "C-MOVE into DCMTK's archive, which then has the study", async (context) => {
    const { aeTitle, port } = destinationOf(context)
    const into = await mkdtemp(join(context.folder, 'archive-'))
    const configuration = join(into, 'dcmqrscp.cfg')
    await writeFile(configuration, [
      `NetworkTCPPort = ${String(port)}`, 'MaxPDUSize = 65536', 'MaxAssociations = 16', 'HostTable BEGIN', 'HostTable END', 'VendorTable BEGIN', 'VendorTable END',
      'AETable BEGIN', `${aeTitle} ${into} RW (200, 1024mb) ANY`, 'AETable END', '',
    ].join('\n'))
    await beside('dcmqrscp', ['-c', configuration], port, async () => {
      const { code } = await movescu(context, aeTitle, 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${studyOf(context)}`)
      must(code === 0, `movescu ended with ${String(code)}`)
      await eventually(async () => {
        const text = await runs('findscu', '-v', '-S', '-aec', aeTitle, '127.0.0.1', String(port), '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${studyOf(context)}`)
        must(text.includes('(Pending)'), 'the archive does not find the study')
      })
    }, into)
  }),
]
