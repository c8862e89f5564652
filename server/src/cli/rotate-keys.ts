import { parseArgs } from 'node:util'
import { noteKeyRotation } from '../accounts/index.ts'
import { readConfig } from '../config.ts'
import { announcedMs, loadSigningKeys, overlapDays, rotateKeys } from '../identity/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb } from '../platform/db.ts'
import { runCommand } from './run-command.ts'

const usage = `Makes a new signing key. Servers that run take it up by themselves, whatever their number.

  npm run rotate-keys                     it signs in ${String(announcedMs / 60_000)} minutes; what was signed before stays good
  npm run rotate-keys -- --at-once        it signs now
  npm run rotate-keys -- --revoke KID     what was signed by this key is good no more; if it is the present one, a new one signs now

A key that was followed by another verifies for ${String(overlapDays)} days and opens what was sealed under it as long as it is in the file.`

const { values } = parseArgs({
  options: {
    'at-once': { type: 'boolean', default: false },
    revoke: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** Does what the command line asks for and says it in a line. @throws Error that names what is wrong. */
async function rotate(): Promise<string> {
  const config = readConfig(process.env)
  const file = signingKeysFile(config)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    await loadSigningKeys(file)
    const { kid, signsFrom, revoked } = await rotateKeys({ file, now: new Date(), atOnce: values['at-once'], ...(values.revoke === undefined ? {} : { revoke: values.revoke }) })
    await noteKeyRotation(db, 'command:rotate-keys', { ...(kid === undefined ? {} : { kid }), ...(revoked === undefined ? {} : { revoked }) })
    return [...(revoked === undefined ? [] : [`${revoked} is revoked.`]), ...(kid === undefined ? [] : [`${kid} signs from ${signsFrom?.toISOString() ?? 'now'} on.`])].join('\n')
  } finally {
    await db.destroy()
  }
}

await runCommand({ usage, help: values.help, command: rotate, otherwise: 'The keys could not be rotated.' })
