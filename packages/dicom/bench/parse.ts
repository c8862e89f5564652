/**
 * Prints the CPU milliseconds that reading costs, for files given, or for a few of the shared test files and a made-up
 * multi-frame object of 3.4 MB whose header is most of it.
 *
 *   node packages/dicom/bench/parse.ts [file …]
 *
 * Reading alone: the bytes are in memory and come in chunks of 64 KiB, as from a socket; values are located and kept, not decoded.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeInstance, ExplicitVRLittleEndian, InstanceReader, type DicomJson, type ParsedInstance } from '../src/index.ts'

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

/** 1,000 frames, each with functional groups of 60 elements in five nested sequences. */
function manyFrames(): Uint8Array {
  const group = (count: number): DicomJson => Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`0018${(0x9000 + index).toString(16).toUpperCase()}`, { vr: 'FD', Value: [index / 3] }]),
  )
  const frame: DicomJson = {
    '00200032': { vr: 'DS', Value: [-120.5, -110.25, 33] },
    '00209111': { vr: 'SQ', Value: [{ '00200052': { vr: 'UI', Value: ['1.2.3.4.5.6.7'] }, '00209057': { vr: 'UL', Value: [7] } }] },
    ...Object.fromEntries(['00189112', '00189114', '00189115', '00189117'].map((tag) => [tag, { vr: 'SQ', Value: [group(13)] }])),
  }
  return encodeInstance({
    '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.4.1'] },
    '00080018': { vr: 'UI', Value: ['1.2.3'] },
    '52009230': { vr: 'SQ', Value: Array.from({ length: 1000 }, () => frame) },
    '7FE00010': { vr: 'OW', InlineBinary: Buffer.alloc(2_250_000).toString('base64') },
  }, { transferSyntaxUID: ExplicitVRLittleEndian })
}

async function report(name: string, bytes: Uint8Array): Promise<void> {
  const elements = countElements(await read(bytes))
  const ms = await measure(bytes)
  console.log(`${name.padEnd(28)} ${(bytes.length / 1024).toFixed(0).padStart(7)} KiB ${String(elements).padStart(8)} elements ${ms.toFixed(3).padStart(9)} ms`)
}

const given = process.argv.slice(2)
const files = given.length > 0 ? given : samples.map((sample) => shared + sample).filter((file) => existsSync(file))
for (const file of files) await report(basename(file), readFileSync(file))
if (given.length === 0) await report('1,000 frames, made up', manyFrames())
