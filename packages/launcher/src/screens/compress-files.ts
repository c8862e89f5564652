import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Smaller ones fit into one packet anyway. */
const worthwhileBytes = 1024

/**
 * Puts a `.br` and a `.gz` beside every text file worth it: made once, sent for as long as the build lasts.
 * @param quality of brotli: 11 is the smallest there is, a megabyte a second; 9 a tenth larger and ten times as fast
 */
export async function compressFiles(folder: string, quality: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /\.(js|css|svg|json|webmanifest|wasm)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
  await Promise.all(files.map(async (file) => {
    const content = await readFile(file)
    if (content.length < worthwhileBytes) return
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
      promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
    ])
    await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)])
  }))
}
