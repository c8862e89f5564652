/**
 * Prints the CPU milliseconds that DICOM JSON costs, for files given or a few of the shared test files: making it, and reading the file first.
 *
 *   node packages/dicom/bench/json.ts [file …]
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InstanceReader, writeDicomJson, type DataSet } from '../src/index.ts'

const chunkBytes = 64 * 1024
const measuredMs = 1500

const shared = fileURLToPath(new URL('../../../../shared/dicom/', import.meta.url))
const samples = ['ct-series/chest-lidc-0314/000042.dcm', 'rt/rtss.dcm', 'rt/rtplan.dcm', 'enhanced/MOVEKNEE.dcm', 'sr/qin-headneck-0003-tid1500/sr.dcm']

const uris = { bulkDataURI: (path: string): string => `/dicom-web/studies/1.2/series/1.3/instances/1.4/bulkdata/${path}` }
const encoder = new TextEncoder()
/** To UTF-8, as it is stored and sent: until then the text is a tree of pieces. */
const jsonBytes = (dataSet: DataSet): Uint8Array => encoder.encode(writeDicomJson(dataSet, uris))

async function read(bytes: Uint8Array): Promise<DataSet> {
  const reader = new InstanceReader()
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const taken = reader.write(bytes.subarray(at, at + chunkBytes))
    if (taken) await taken
  }
  return (await reader.end()).dataSet
}

async function measure(work: () => unknown): Promise<number> {
  for (let warmUp = 0; warmUp < 30; warmUp++) await work()
  const before = process.cpuUsage()
  const began = performance.now()
  let runs = 0
  while (performance.now() - began < measuredMs) {
    await work()
    runs++
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / runs
}

const files = process.argv.length > 2 ? process.argv.slice(2) : samples.map((sample) => shared + sample)
for (const file of files.filter((candidate) => existsSync(candidate))) {
  const bytes = readFileSync(file)
  const dataSet = await read(bytes)
  const json = await measure(() => jsonBytes(dataSet))
  const both = await measure(async () => jsonBytes(await read(bytes)))
  const kib = (count: number): string => (count / 1024).toFixed(0).padStart(7)
  console.log(`${basename(file).padEnd(16)} ${kib(bytes.length)} KiB, JSON ${kib(jsonBytes(dataSet).length)} KiB ${json.toFixed(3).padStart(9)} ms, with reading ${both.toFixed(3).padStart(9)} ms`)
}
