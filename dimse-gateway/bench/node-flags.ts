/**
 * Which garbage collector fits the gateway: 4 CT studies of 300 instances on 4 associations, by node flags, turn by turn.
 *
 *   node dimse-gateway/bench/node-flags.ts [--repetitions 3] [--folder /dev/shm] [--semi 1,4,8]
 */
import { serverEnvironment } from '@isocenter/launcher/server-runtime'
import { anInstance, aUID, bytesOf, freePort } from '@isocenter/testkit/instances'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dcmsend, startReceiver } from './processes.ts'

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '3' }, folder: { type: 'string', default: '/dev/shm' }, semi: { type: 'string', default: '1,4,8' } } })
const stage = mkdtempSync(join(values.folder, 'node-flags-'))
const data = mkdtempSync(join(tmpdir(), 'node-flags-'))
process.once('exit', () => { for (const folder of [stage, data]) rmSync(folder, { recursive: true, force: true }) })

const studies = ['a', 'b', 'c', 'd'].map((name) => {
  const folder = join(stage, name)
  mkdirSync(folder)
  const [StudyInstanceUID, SeriesInstanceUID] = [aUID(), aUID()]
  for (let number = 1; number <= 300; number++) writeFileSync(join(folder, `${number}.dcm`), bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: number, Rows: 512, Columns: 512 })))
  return folder
})
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

for (let repetition = 0; repetition < Number(values.repetitions); repetition++) {
  for (const semi of values.semi.split(',')) {
    const port = await freePort()
    const folder = mkdtempSync(join(data, 'gateway-'))
    const receiver = await startReceiver(port, process.execPath, [`--max-semi-space-size=${semi}`, main], { ...serverEnvironment, DIMSE_PORT: String(port), CONTROL_PORT: '0', GATEWAY_DATA_DIR: folder, LOG_LEVEL: 'warn' })
    const before = receiver.cpuMs()
    const seconds = await dcmsend(port, studies)
    console.log(`semi ${semi} MiB: ${(1200 / seconds).toFixed(0)} instances/s, ${((receiver.cpuMs() - before) / 1200).toFixed(2)} ms CPU an instance, ${receiver.peakMiB().toFixed(0)} MiB at most`)
    await receiver.stop()
    rmSync(folder, { recursive: true })
  }
}
