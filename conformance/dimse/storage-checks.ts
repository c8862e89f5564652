import { dirname } from 'node:path'
import { must, same } from '../expect.ts'
import { check, NotApplicable, type Check } from '../suite.ts'
import { dataSetOf } from './data-sets.ts'
import type { DimseFixture } from './fixtures.ts'
import type { DimseContext, Node } from './node.ts'
import { eventually, run, runs } from './programs.ts'
import { findscu } from './query.ts'

export const storescu = ({ host, port, aeTitle }: Node, ...args: string[]) => runs('storescu', '-v', '-aec', aeTitle, ...args.slice(0, -1), host, String(port), args.at(-1) ?? '')

/** Sends a folder by dcmsend, which makes contexts for what it finds; says how many were taken. */
async function sendFolder({ host, port, aeTitle }: Node, folder: string, ...options: string[]): Promise<number> {
  const text = await runs('dcmsend', '-v', '--decompress-never', '--no-uid-checks', '--scan-directories', '-aec', aeTitle, ...options, host, String(port), folder)
  return Number(/with status SUCCESS *: (\d+)/.exec(text)?.[1] ?? 0)
}

/** Each object is found at the lowest level. */
async function found(node: Node, objects: readonly DimseFixture[]): Promise<void> {
  for (const [StudyInstanceUID, ofStudy] of Map.groupBy(objects, (one) => one.StudyInstanceUID)) {
    for (const [SeriesInstanceUID, ofSeries] of Map.groupBy(ofStudy, (one) => one.SeriesInstanceUID)) {
      const { matches } = await findscu(node, '-S', 'QueryRetrieveLevel=IMAGE', `StudyInstanceUID=${StudyInstanceUID}`, `SeriesInstanceUID=${SeriesInstanceUID}`, 'SOPInstanceUID')
      const uids = matches.map((match) => match.get('0008,0018'))
      for (const { SOPInstanceUID, transferSyntax, SOPClassUID } of ofSeries) must(uids.includes(SOPInstanceUID), `${SOPInstanceUID} of SOP class ${SOPClassUID} in ${transferSyntax} is not found`)
    }
  }
}

/** PS3.4 Annex B: C-STORE. */
export const storageChecks: readonly Check<DimseContext>[] = [
  check(520, 'M', 'every storage SOP class of DCMTK is taken', async ({ node, fixtures: { everyClass } }) => {
    same(await sendFolder(node, everyClass.folder), everyClass.objects.length, 'objects taken')
  }),
  check(521, 'C', 'a private SOP class is taken', async ({ node, fixtures: { privateClass } }) => {
    same(await sendFolder(node, dirname(privateClass.path)), 1, 'objects taken')
  }),
  check(522, 'M', 'every transfer syntax DCMTK can propose is taken as sent', async ({ node, fixtures: { byTransferSyntax } }) => {
    for (const [option, { path }] of byTransferSyntax) await storescu(node, '-R', option, path)
  }),
  check(523, 'M', 'objects of several classes and transfer syntaxes go over one association', async ({ node, fixtures: { mixed } }) => {
    same(await sendFolder(node, mixed.folder, '--single-association'), mixed.objects.length, 'objects taken')
  }),
  check(524, 'M', 'a sender that proposes all it knows, and one that combines transfer syntaxes in a context', async ({ node, fixtures: { ct: [first, second] } }) => {
    await storescu(node, first?.path ?? '')
    await storescu(node, '+C', second?.path ?? '')
  }),
  check(525, 'M', 'an object in many small PDUs', async ({ node, fixtures: { large } }) => { await storescu(node, '-R', '-pdu', '4096', '--max-send-pdu', '4096', large.path) }),
  check(526, 'C', 'what was taken before is taken again', async ({ node, fixtures: { mr } }) => { await storescu(node, '-R', '--repeat', '3', mr.path) }),
  check(527, 'C', 'senders at the same time', async ({ node, fixtures: { ct } }) => { await Promise.all(ct.map(({ path }) => storescu(node, '-R', path))) }),
  check(528, 'C', 'an association aborted after the object leaves it stored', async ({ node, fixtures: { byTransferSyntax } }) => {
    const object = byTransferSyntax.get('-xe')
    must(object, 'no object')
    await run('storescu', '--abort', '-R', '-xe', '-aec', node.aeTitle, node.host, String(node.port), object.path)
    await eventually(() => found(node, [object]))
  }),
  check(529, 'S', 'what was taken is found, object by object', async ({ node, fixtures: { everyClass, mixed, privateClass } }) => {
    await eventually(() => found(node, [...everyClass.objects.slice(0, 20), ...mixed.objects.slice(0, 10), privateClass]))
  }),
  check(530, 'X', 'data sets arrive byte by byte as they were sent', async ({ dicomweb, fixtures: { ct, mixed } }) => {
    if (!dicomweb) throw new NotApplicable('no --url of DICOMweb services was given')
    for (const object of [...ct, ...mixed.objects]) {
      // These two never leave by DICOMweb (PS3.18 §8.7.3.5.2); deflated streams pass through DCMTK, which inflates and deflates anew.
      if (['1.2.840.10008.1.2', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'].includes(object.transferSyntax)) continue
      const path = `/studies/${object.StudyInstanceUID}/series/${object.SeriesInstanceUID}/instances/${object.SOPInstanceUID}`
      await eventually(async () => {
        const { status, body } = await dicomweb.get(path, 'application/dicom; transfer-syntax=*')
        must(status === 200 && dataSetOf(body).equals(dataSetOf(object.bytes)), `${object.SOPInstanceUID} in ${object.transferSyntax} comes back otherwise, or with status ${String(status)}`)
      })
    }
  }),
]
