import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../client.ts'
import { runChecks, type Check, type Result } from '../suite.ts'
import { dimseChecks } from './checks.ts'
import { writeFixtures } from './fixtures.ts'
import type { Destination, DimseContext, Node } from './node.ts'
import { storescu } from './storage-checks.ts'

/** What was said of the node on the command line. */
export interface DimseOptions {
  readonly dimse: string
  readonly aeTitle: string
  readonly tls: string | undefined
  readonly tlsCa: string | undefined
  readonly moveDestination: string | undefined
  readonly orthanc: string | undefined
  readonly dicomweb: Client | undefined
  /** Which of the checks are run. */
  readonly isWanted: (check: Pick<Check<DimseContext>, 'number' | 'level'>) => boolean
}

/** `HOST:PORT`. @throws Error for anything else */
function address(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]+)\]?:)(\d{1,5})$/.exec(text) ?? []
  if (host === undefined) throw new Error(`${text} is not HOST:PORT`)
  return { host, port: Number(port) }
}

/** `AETITLE:PORT`. @throws Error for anything else */
function destination(text: string | undefined): Destination | undefined {
  if (text === undefined) return undefined
  const { host, port } = address(text)
  return { aeTitle: host, port }
}

/**
 * Checks one DIMSE node. What the checks query for is stored before the first of them runs.
 * @throws Error when the node cannot be checked at all
 */
export async function runDimseChecks(options: DimseOptions, onResult: (result: Result<DimseContext>) => void): Promise<readonly Result<DimseContext>[]> {
  const node: Node = { ...address(options.dimse), aeTitle: options.aeTitle }
  const tls = options.tls === undefined ? undefined : { ...address(options.tls), ca: options.tlsCa ?? '' }
  const folder = await mkdtemp(join(tmpdir(), 'conformance-dimse-'))
  try {
    const fixtures = await writeFixtures(folder, randomBytes(4).toString('hex').toUpperCase())
    for (const { path } of [...fixtures.ct, fixtures.mr]) await storescu(node, '-R', path)
    const context = { node, fixtures, folder, tls, moveDestination: destination(options.moveDestination), orthanc: destination(options.orthanc), dicomweb: options.dicomweb }
    return await runChecks(dimseChecks.filter(options.isWanted), context, onResult)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
