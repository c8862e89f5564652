import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobStoreContract } from './blob-store.contract.ts'
import { createFileBlobStore } from './fs.ts'

const mebibyte = 1024 * 1024

blobStoreContract('a blob store in a folder', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'blob-store-'))
  const store = createFileBlobStore({ kind: 'fs', directory })
  return {
    store,
    edges: [mebibyte],
    openResources: () => openFiles(directory),
    close: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})

/** Open files of this process in the store's folder, where the system tells. */
async function openFiles(directory: string): Promise<number> {
  if (process.platform !== 'linux') return 0
  const targets = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(directory)).length
}
