/**
 * C-STORE of CT studies of 300 instances (512 × 512, 158 MB) by DCMTK's dcmsend, with 1 and 4 associations, into the gateway and into Orthanc where it is
 * installed; turn by turn, so that what else the machine does hits both. The gateway acknowledges what is on disk with its name; Orthanc
 * flushes the bytes, not the folder. DCMTK's storescp, which
 * throws away what it receives, tells what the sender can do at most; its processor time is that of processes it forks, and not told.
 *
 *   node dimse-gateway/bench/c-store.ts [--repetitions 5] [--folder /dev/shm] [--cine]
 *
 * `--cine` also sends one multi-frame object of 2 GB beside four studies, and tells the gateway's memory.
 */
import { encodeFileMeta, ExplicitVRLittleEndian } from '@isocenter/dicom'
import { gatewayNodeArguments, serverEnvironment } from '@isocenter/launcher/server-runtime'
import { anInstance, aUID, bytesOf, freePort, hasProgram } from '@isocenter/testkit/instances'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dcmsend, startReceiver, type Receiver } from './processes.ts'

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '5' }, folder: { type: 'string', default: '/dev/shm' }, cine: { type: 'boolean', default: false } } })
const instancesAStudy = 300
const stage = mkdtempSync(join(values.folder, 'c-store-'))
const data = mkdtempSync(join(tmpdir(), 'c-store-'))
process.once('exit', () => { for (const folder of [stage, data]) rmSync(folder, { recursive: true, force: true }) })

function makeStudy(name: string): string {
  const folder = join(stage, name)
  mkdirSync(folder, { recursive: true })
  const [StudyInstanceUID, SeriesInstanceUID] = [aUID(), aUID()]
  for (let number = 1; number <= instancesAStudy; number++) {
    writeFileSync(join(folder, `${number}.dcm`), bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: number, Rows: 512, Columns: 512 })))
  }
  return folder
}

async function startGateway(): Promise<Receiver> {
  const port = await freePort()
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  return startReceiver(port, process.execPath, [...gatewayNodeArguments, main], { ...serverEnvironment, DIMSE_PORT: String(port), CONTROL_PORT: '0', GATEWAY_DATA_DIR: mkdtempSync(join(data, 'gateway-')), LOG_LEVEL: 'warn' })
}

async function startOrthanc(): Promise<Receiver> {
  const [port, folder] = [await freePort(), mkdtempSync(join(data, 'orthanc-'))]
  const configuration = join(folder, 'orthanc.json')
  writeFileSync(configuration, JSON.stringify({ StorageDirectory: folder, IndexDirectory: folder, DicomPort: port, HttpServerEnabled: false, DicomAlwaysAllowStore: true, DicomCheckCalledAet: false }))
  return startReceiver(port, 'Orthanc', [configuration], { TCP_NODELAY: '1' })
}

/** Receives and throws away, a process an association. */
function startIgnoring(): Promise<Receiver> {
  return freePort().then((port) => startReceiver(port, 'storescp', ['--fork', '+xa', '-pdu', '131072', '--ignore', String(port)], { TCP_NODELAY: '1' }))
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN

interface Sample { readonly rate: number; readonly cpuMs: number; readonly peakMiB: number }
const samples = new Map<string, Sample[]>()

for (let repetition = 0; repetition < Number(values.repetitions); repetition++) {
  const folders = ['a', 'b', 'c', 'd'].map(makeStudy)
  const receivers = [['gateway', startGateway] as const, ...(hasProgram('Orthanc') ? [['orthanc', startOrthanc] as const] : []), ...(hasProgram('storescp') ? [['ignored', startIgnoring] as const] : [])]
  if (repetition % 2 === 1) receivers.reverse()
  for (const associations of [1, 4]) {
    for (const [name, start] of receivers) {
      const receiver = await start()
      const before = receiver.cpuMs()
      const sent = folders.slice(0, associations)
      const seconds = await dcmsend(receiver.port, sent)
      const instances = sent.length * instancesAStudy
      const key = `${name}, ${associations} ${associations === 1 ? 'association' : 'associations'}`
      samples.set(key, [...samples.get(key) ?? [], { rate: instances / seconds, cpuMs: (receiver.cpuMs() - before) / instances, peakMiB: receiver.peakMiB() }])
      await receiver.stop()
    }
  }
}
for (const [key, taken] of samples) {
  const rate = `${key.padEnd(26)} ${median(taken.map((sample) => sample.rate)).toFixed(0).padStart(5)} inst/s`
  if (key.startsWith('ignored')) console.log(rate)
  else console.log(`${rate}  ${median(taken.map(({ cpuMs }) => cpuMs)).toFixed(2)} ms CPU an instance  ${median(taken.map(({ peakMiB }) => peakMiB)).toFixed(0)} MiB at most`)
}

if (values.cine) {
  const folders = [...['a', 'b', 'c', 'd'].map(makeStudy), await makeCine()]
  const gateway = await startGateway()
  const seconds = await dcmsend(gateway.port, folders)
  console.log(`4 studies and a cine of 2 GB together: ${seconds.toFixed(1)} s, ${gateway.peakMiB().toFixed(0)} MiB at most`)
  await gateway.stop()
}

/** A multi-frame object whose pixel data are written as a stream. */
async function makeCine(): Promise<string> {
  const folder = join(data, 'cine')
  mkdirSync(folder)
  const frames = 2048
  const [SOPClassUID, SOPInstanceUID] = ['1.2.840.10008.5.1.4.1.1.7.2', aUID()]
  const head = bytesOf(anInstance({ SOPClassUID, SOPInstanceUID, Rows: 1024, Columns: 1024, BitsAllocated: 8, BitsStored: 8, HighBit: 7, NumberOfFrames: 1, PixelData: undefined }))
  const meta = encodeFileMeta({ MediaStorageSOPClassUID: SOPClassUID, MediaStorageSOPInstanceUID: SOPInstanceUID, TransferSyntaxUID: ExplicitVRLittleEndian })
  const pixelData = Buffer.alloc(12)
  pixelData.write('OB', 4, 'latin1')
  pixelData.writeUInt16LE(0x7fe0, 0)
  pixelData.writeUInt16LE(0x0010, 2)
  pixelData.writeUInt32LE(frames * 1024 * 1024, 8)
  const frame = Buffer.alloc(1024 * 1024, 0x5a)
  const headLength = 144 + Buffer.from(head).readUInt32LE(140)
  await pipeline(Readable.from((function* () {
    yield meta
    yield Buffer.from(head).subarray(headLength)
    yield pixelData
    for (let number = 0; number < frames; number++) yield frame
  })()), createWriteStream(join(folder, 'cine.dcm')))
  return folder
}
