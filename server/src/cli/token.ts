import { parseArgs } from 'node:util'
import { organisationBySlug } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { createTokens, dicomwebPermissions, loadSigningKeys, overlapDays, permissions, productPermissions, type Permission } from '../identity/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb } from '../platform/db.ts'
import { runCommand } from './run-command.ts'

const usage = `Prints a bearer token.

  npm run token                                  everything in DICOMweb, for the default organisation, for 30 days
  npm run token -- --organisation north --days 1 --scope "dicomweb:search dicomweb:retrieve"
  npm run token -- --scope "gateways:read gateways:manage"

Scopes: ${dicomwebPermissions.join(', ')};
        ${productPermissions.join(', ')}.`

const { values } = parseArgs({
  options: {
    organisation: { type: 'string' },
    days: { type: 'string', default: '30' },
    scope: { type: 'string', default: dicomwebPermissions.join(' ') },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** The token asked for on the command line. @throws Error that names what is wrong. */
async function token(): Promise<string> {
  const config = readConfig(process.env)
  const days = Number(values.days)
  if (!(days > 0 && days <= overlapDays)) throw new Error(`--days takes a number above 0, at most ${String(overlapDays)}: so long the key verifies that signs it. API keys may last longer.`)
  const words = values.scope.split(/[\s,]+/).filter((word) => word !== '')
  const unknown = words.filter((word) => !(permissions as readonly string[]).includes(word))
  if (unknown.length > 0) throw new Error(`Not a scope: ${unknown.join(', ')}. Scopes: ${permissions.join(', ')}.`)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    const slug = values.organisation ?? config.DEFAULT_ORGANISATION
    const organisation = await organisationBySlug(db, slug)
    if (organisation === undefined) throw new Error(`There is no organisation ${slug}.`)
    const tokens = createTokens(await loadSigningKeys(signingKeysFile(config)))
    return await tokens.issue({ organisationId: organisation.organisationId, permissions: words as Permission[], lifetimeSeconds: Math.round(days * 86_400) })
  } finally {
    await db.destroy()
  }
}

await runCommand({ usage, help: values.help, command: token, otherwise: 'No token could be made.' })
