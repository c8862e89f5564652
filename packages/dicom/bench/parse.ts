/**
 * Prints the CPU milliseconds that reading costs, for files given or a few of the shared test files.
 *
 *   node packages/dicom/bench/parse.ts [file …]
 *
 * Reading alone: the bytes are in memory and come in chunks of 64 KiB, as from a socket; values are located and kept, not decoded.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InstanceReader, type ParsedInstance } from '../src/index.ts'

const chunkBytes = 64 * 1024
const measuredMs = 1500

const shared = fileURLToPath(new URL('../../../../shared/dicom/', import.meta.url))
const samples = ['ct-series/chest-lidc-0314/000002.dcm', 'rt/rtss.dcm', 'enhanced/MOVEKNEE.dcm', 'rt/rtplan.dcm']

async function read(bytes: Uint8Array): Promise<ParsedInstance> {
  const reader = new InstanceReader()
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const taken = reader.write(bytes.subarray(at, at + chunkBytes))
    if (taken) await taken
  }
  return reader.end()
}

function countElements(instance: ParsedInstance): number {
  let count = 0
  const queue = [instance.dataSet]
  for (let next = queue.pop(); next; next = queue.pop()) {
    count += next.elements.length
    for (const element of next.elements) queue.push(...(element.items ?? []))
  }
  return count
}

async function measure(bytes: Uint8Array): Promise<number> {
  for (let warmUp = 0; warmUp < 30; warmUp++) await read(bytes)
  const before = process.cpuUsage()
  const began = performance.now()
  let runs = 0
  while (performance.now() - began < measuredMs) {
    await read(bytes)
    runs++
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / runs
}

const files = process.argv.length > 2 ? process.argv.slice(2) : samples.map((sample) => shared + sample)
for (const file of files.filter((candidate) => existsSync(candidate))) {
  const bytes = readFileSync(file)
  const elements = countElements(await read(bytes))
  const ms = await measure(bytes)
  console.log(`${basename(file).padEnd(28)} ${(bytes.length / 1024).toFixed(0).padStart(7)} KiB ${String(elements).padStart(8)} elements ${ms.toFixed(3).padStart(9)} ms`)
}
