import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allTransferSyntaxes, storageSOPClasses } from '@isocenter/dicom'
import { defaultLimits, requestAssociation } from '@isocenter/dimse'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayProcess, writeConfiguration, type GatewayProcess } from './gateway-process.fixture.ts'
import { generatedBlocks, services, withBlocks } from './statement.fixture.ts'

const statement = fileURLToPath(new URL('../../../docs/dimse-conformance-statement.md', import.meta.url))
const [implicitLittleEndian, explicitLittleEndian, explicitBigEndian] = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2'] as const
const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'

let folder: string
let gateway: GatewayProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statement-'))
  await writeConfiguration(folder)
  gateway = await startGatewayProcess({ folder })
}, 300_000)
afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Pair { readonly abstractSyntax: string; readonly transferSyntaxes: readonly string[] }

/** Transfer syntaxes the running gateway accepts, a context each; those it refuses are left out. */
async function accepted(contexts: readonly Pair[]): Promise<{ abstractSyntax: string; transferSyntax: string }[]> {
  const answers: { abstractSyntax: string; transferSyntax: string }[] = []
  for (let at = 0; at < contexts.length; at += 128) {
    const association = await requestAssociation({ host: '127.0.0.1', port: gateway.port, callingAETitle: 'STATEMENT', calledAETitle: 'ANY', contexts: contexts.slice(at, at + 128) })
    for (const { abstractSyntax, transferSyntax } of association.contexts.values()) answers.push({ abstractSyntax, transferSyntax })
    expect(association.maxPduLength).toBe(defaultLimits.maxPduBytes)
    await association.release()
  }
  return answers
}

test('the conformance statement says what the code does: SOP classes, transfer syntaxes, limits, rejections, statuses, settings', async () => {
  const written = await readFile(statement, 'utf8')
  // `npx vitest run -u` on this file brings the tables up to date.
  await expect(withBlocks(written, generatedBlocks())).toMatchFileSnapshot(statement)
})

test('every service it lists as provider is accepted by a running gateway, in the uncompressed transfer syntaxes it lists, and no other', async () => {
  const uids = services.filter(({ scp }) => scp !== 'no').map(({ uid }) => uid)
  const others = services.filter(({ scp }) => scp === 'no').map(({ uid }) => uid)
  const contexts = uids.flatMap((abstractSyntax) => [implicitLittleEndian, explicitLittleEndian, explicitBigEndian].map((transferSyntax) => ({ abstractSyntax, transferSyntaxes: [transferSyntax] })))
  expect(await accepted(contexts)).toHaveLength(contexts.length)
  expect((await accepted([uids[0] ?? '', ...others].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [explicitLittleEndian] })))).map(({ abstractSyntax }) => abstractSyntax)).toEqual([uids[0]])
  expect(await accepted([...uids.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: ['1.2.840.10008.1.2.4.50'] })), { abstractSyntax: uids[0] ?? '', transferSyntaxes: [implicitLittleEndian] }])).toHaveLength(1)
})

test('every storage SOP class and every transfer syntax it lists is accepted, private ones too', async () => {
  const classes = [...storageSOPClasses().map(({ uid }) => uid), '1.3.6.1.4.1.55555.1'].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [explicitLittleEndian] }))
  expect(await accepted(classes)).toHaveLength(classes.length)
  const syntaxes = [...allTransferSyntaxes().map(({ uid }) => uid), '1.3.6.1.4.1.55555.2'].map((transferSyntax) => ({ abstractSyntax: CTImageStorage, transferSyntaxes: [transferSyntax] }))
  expect((await accepted(syntaxes)).map(({ transferSyntax }) => transferSyntax)).toEqual(syntaxes.map(({ transferSyntaxes: [uid] }) => uid))
})

test('of what a sender offers, its compressed form is taken first; a lossy one only when it is named first', async () => {
  const [lossless, lossy] = ['1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.50']
  const offers = [[explicitLittleEndian, lossless], [explicitLittleEndian, lossy], [lossy, explicitLittleEndian], [implicitLittleEndian, explicitLittleEndian]]
  expect((await accepted(offers.map((transferSyntaxes) => ({ abstractSyntax: CTImageStorage, transferSyntaxes })))).map(({ transferSyntax }) => transferSyntax)).toEqual([lossless, explicitLittleEndian, lossy, explicitLittleEndian])
})
