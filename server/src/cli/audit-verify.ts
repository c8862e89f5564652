import { parseArgs } from 'node:util'
import { createSealSigner, verifyTrail, type TrailVerdict } from '../audit/index.ts'
import { readConfig } from '../config.ts'
import { loadSigningKeys } from '../identity/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb } from '../platform/db.ts'

const usage = `Holds the audit trail against its seals, and changes nothing. It may run beside the server.

  npm run audit:verify                          reads the whole trail
  npm run audit:verify -- --head 1234:9f86d0…   also holds it against a head noted before: from the server's log, or this command
  npm run audit:verify -- --json                the verdict as JSON

Exit code: 0 nothing was found, 1 something was, 2 it could not look.`

const poolSize = 2

/** @throws Error that names what is wrong with the argument */
function notedHead(text: string | undefined): { seal: string; hash: string } | undefined {
  if (text === undefined) return undefined
  const [, seal, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? []
  if (seal === undefined || hash === undefined) throw new Error('--head takes a seal, a colon and 64 hexadecimal digits.')
  return { seal, hash }
}

function reportOf({ findings, seals, events, unsealed, head }: TrailVerdict): string {
  const lines = findings.map(({ kind, text, seal, after, last }) =>
    `${kind}${seal === undefined ? '' : ` seal ${seal}`}${last === undefined ? '' : ` events ${after ?? '0'} to ${last}`}: ${text}`)
  return [
    ...lines,
    `${String(events)} events in ${String(seals)} seals, ${String(unsealed)} not sealed yet.`,
    findings.length === 0 ? 'The trail is as it was sealed.' : `${String(findings.length)} findings.`,
    `Head to be noted: ${head.seal}:${head.hash}`,
  ].join('\n')
}

try {
  const { values } = parseArgs({ options: { head: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } })
  if (values.help) {
    console.log(usage)
  } else {
    const noted = notedHead(values.head)
    const config = readConfig(process.env)
    const signer = createSealSigner(await loadSigningKeys(signingKeysFile(config)))
    const db = createDb(config.DATABASE_URL, poolSize)
    try {
      const verdict = await verifyTrail({ db, signer, now: () => new Date(), noted })
      console.log(values.json ? JSON.stringify(verdict) : reportOf(verdict))
      process.exitCode = verdict.findings.length === 0 ? 0 : 1
    } finally {
      await db.destroy()
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : 'the trail could not be read')
  process.exitCode = 2
}
