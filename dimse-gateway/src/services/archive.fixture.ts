import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DicomJson } from '@isocenter/dicom'
import { bytesOf, freePort, startProgram } from '@isocenter/testkit/instances'
import { dcmtk } from './services.fixture.ts'

export interface Archive {
  readonly port: number
  readonly aeTitle: string
  readonly stop: () => Promise<void>
}

/** DCMTK's archive with some instances in it; it knows the gateway by its AE title and port. */
export async function startArchive({ gatewayPort, instances }: { readonly gatewayPort: number; readonly instances: readonly DicomJson[] }): Promise<Archive> {
  const folder = await mkdtemp(join(tmpdir(), 'archive-'))
  const port = await freePort()
  const aeTitle = 'OLDPACS'
  const configuration = join(folder, 'dcmqrscp.cfg')
  await writeFile(configuration, [
    `NetworkTCPPort = ${port}`, 'MaxPDUSize = 65536', 'MaxAssociations = 16',
    'HostTable BEGIN', `gateway = (USTCFQ-Transfer, 127.0.0.1, ${gatewayPort})`, 'HostTable END',
    'VendorTable BEGIN', 'VendorTable END', 'AETable BEGIN', `${aeTitle} ${folder} RW (200, 1024mb) ANY`, 'AETable END', '',
  ].join('\n'))
  const archive = await startProgram('dcmqrscp', ['-c', configuration], port, folder)
  const stop = async (): Promise<void> => {
    await archive.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const [index, instance] of instances.entries()) {
      const file = join(folder, `sent-${index}.dcm`)
      await writeFile(file, bytesOf(instance))
      const { code, text } = await dcmtk('storescu', '-aec', aeTitle, '127.0.0.1', String(port), file)
      if (code !== 0) throw new Error(`The archive did not take an instance: ${text}`)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { port, aeTitle, stop }
}
