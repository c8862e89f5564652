import { parseArgs } from 'node:util'
import { organisationBySlug } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { readUploadCode, rotateUploadCode } from '../gateways/index.ts'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb } from '../platform/db.ts'
import { runCommand } from './run-command.ts'

const usage = `Prints the upload code gateways enrol with.

  npm run upload-code                            that of the default organisation
  npm run upload-code -- --organisation north
  npm run upload-code -- --rotate                puts a new one in its place; enrolled gateways stay enrolled`

const { values } = parseArgs({
  options: {
    organisation: { type: 'string' },
    rotate: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** The code asked for on the command line. @throws Error that names what is wrong. */
async function uploadCode(): Promise<string> {
  const config = readConfig(process.env)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    const slug = values.organisation ?? config.DEFAULT_ORGANISATION
    const organisation = await organisationBySlug(db, slug)
    if (organisation === undefined) throw new Error(`There is no organisation ${slug}.`)
    const sealing = createSealing(await loadSigningKeys(signingKeysFile(config)))
    const answer = await (values.rotate ? rotateUploadCode : readUploadCode)(db, sealing, organisation.organisationId, 'command:upload-code')
    return answer.uploadCode
  } finally {
    await db.destroy()
  }
}

await runCommand({ usage, help: values.help, command: uploadCode, otherwise: 'The upload code could not be read.' })
