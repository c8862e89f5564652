/** Throughput of the multipart reader: `node packages/dicom/bench/multipart.ts`. */
import { randomBytes } from 'node:crypto'
import { multipartBoundary, multipartEnd, partHeader, readMultipart } from '../src/multipart.ts'

const parts = 2_000
const body = randomBytes(512 * 1024)
const boundary = multipartBoundary()

async function* upload(): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < parts; part++) {
    yield partHeader(boundary, { 'Content-Type': 'application/dicom' }, part === 0)
    for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536)
  }
  yield multipartEnd(boundary)
}

const begin = performance.now()
let bytes = 0
for await (const part of readMultipart(upload(), boundary)) for await (const chunk of part.body) bytes += chunk.length
const seconds = (performance.now() - begin) / 1000
console.log(`${parts} parts of 512 KB: ${(bytes / 1e9 / seconds).toFixed(2)} GB/s`)
