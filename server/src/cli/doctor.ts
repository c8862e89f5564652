import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createCatalogue } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { examine, reasonOf, report, type Diagnosis, type Examined } from '../doctor/index.ts'
import { blobStoreConfig, signingKeysFile } from '../places.ts'
import { createDb } from '../platform/db.ts'
import { logSerializers } from '../platform/logging.ts'
import { createBlobStore } from '../storage/index.ts'
import { createTranscoding } from '../transcoding/index.ts'

const usage = `Holds database, blobs and catalogue against each other.

  npm run doctor                          looks, and changes nothing
  npm run doctor -- --deep                also reads every blob and compares its bytes
  npm run doctor -- --mend                mends what can be mended: counts, metadata, leftovers
  npm run doctor -- --mend --recover      also stores again what the catalogue does not know, and
                                          makes lost bytes again of what was compressed of them
  npm run doctor -- --json                the diagnosis as JSON
  npm run doctor -- --examples 50         how many of each kind are named (10)

It may run beside the server. Exit code: 0 all is well or mended, 1 something remains, 2 it could not look.`

const exitCodes = { healthy: 0, findings: 1, couldNotRun: 2 } as const
const poolSize = 6
const progressEveryMs = 2_000

/** Runs the examination asked for on the command line. @throws CannotExamine, ConfigError, Error of the arguments */
async function diagnose(values: { mend: boolean; recover: boolean; deep: boolean; examples: string }): Promise<Diagnosis> {
  if (values.recover && !values.mend) throw new Error('--recover goes with --mend.')
  const maxExamples = Number(values.examples)
  if (!Number.isInteger(maxExamples) || maxExamples < 0) throw new Error('--examples takes a whole number.')
  const config = readConfig(process.env)
  const db = createDb(config.DATABASE_URL, poolSize)
  const blobs = createBlobStore(blobStoreConfig(config))
  const catalogue = createCatalogue({ db })
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: config.CODEC_TIMEOUT_MS, cacheBytes: 0 })
  try {
    return await examine({
      db, blobs, catalogue, transcoding, maxExamples,
      signingKeysFile: signingKeysFile(config),
      now: () => new Date(),
      log: pino({ level: 'warn', serializers: logSerializers, base: undefined }, process.stderr),
      mend: values.mend, recover: values.recover, deep: values.deep,
      onProgress: process.stderr.isTTY ? progress() : undefined,
    })
  } finally {
    await catalogue.close()
    await transcoding.close()
    await blobs.close()
    await db.destroy()
  }
}

/** Says on the terminal now and then how far it has come. */
function progress(): (examined: Readonly<Examined>) => void {
  let saidAt = Date.now()
  return ({ blobs, studies }) => {
    if (Date.now() - saidAt < progressEveryMs) return
    saidAt = Date.now()
    process.stderr.write(`… ${String(blobs)} blobs, ${String(studies)} studies\n`)
  }
}

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        deep: { type: 'boolean', default: false },
        mend: { type: 'boolean', default: false },
        recover: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        examples: { type: 'string', default: '10' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(usage)
      return exitCodes.healthy
    }
    const diagnosis = await diagnose(values)
    console.log(values.json ? JSON.stringify(diagnosis, undefined, 2) : report(diagnosis))
    return diagnosis.isHealthy ? exitCodes.healthy : exitCodes.findings
  } catch (error) {
    console.error(reasonOf(error))
    return exitCodes.couldNotRun
  }
}

process.exitCode = await main()
