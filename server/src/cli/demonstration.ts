/**
 * Makes the demonstration consortium where it is wanted and not there yet, and tells the launcher as JSON who is in it: `DemonstrationAnswer`.
 * Run by `npm start`, before the server.
 */
import { askedLanguage, createAccounts, type SpokenLanguage } from '../accounts/index.ts'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { demonstrationPlan, makeDemonstration } from '../demonstration/index.ts'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import { accountMemberships } from '../organisations/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb, type Db } from '../platform/db.ts'

/** What is printed. */
export interface DemonstrationAnswer {
  readonly state: 'made' | 'there' | 'not wanted'
  readonly people: readonly { readonly phone: string; readonly name: string; readonly places: string; readonly oneTimePassword?: string }[]
  /** The organisation that `npm run token`, the gateway and the samples are of has studies. */
  readonly hasStudies: boolean
}

/** Of who starts it: what the system is set to. */
const systemLanguage = (): SpokenLanguage => askedLanguage(Intl.DateTimeFormat().resolvedOptions().locale) ?? 'en'

async function run(db: Db, config: ReturnType<typeof readConfig>): Promise<DemonstrationAnswer> {
  const sealing = createSealing(await loadSigningKeys(signingKeysFile(config)))
  const accounts = createAccounts({ db, sealing, outbox: { add: () => Promise.resolve() }, memberships: accountMemberships, timeZone: config.TIME_ZONE, captchaBits: config.CAPTCHA_BITS })
  const { organisationId } = await ensureDefaultOrganisation(db, config.DEFAULT_ORGANISATION)
  const made = await makeDemonstration({ db, accounts, defaultOrganisation: config.DEFAULT_ORGANISATION, language: config.DEMONSTRATION_LANGUAGE ?? systemLanguage() })
  const study = await db('study').where({ organisation_id: organisationId }).first<object | undefined>('study_key')
  const hasStudies = study !== undefined
  if (made.state === 'not wanted') return { state: made.state, people: [], hasStudies }
  const { people, organisationNames } = demonstrationPlan(made.language)
  return {
    state: made.state, hasStudies,
    people: people.map(({ phone, name, memberships }) => ({
      phone, name, places: memberships.map((one) => `${organisationNames[one.organisation]}: ${one.role}`).join('; '),
      ...(made.state === 'made' && made.oneTimePasswords[phone] !== undefined ? { oneTimePassword: made.oneTimePasswords[phone] } : {}),
    })),
  }
}

const config = readConfig(process.env)
const db = createDb(config.DATABASE_URL, 2)
try {
  console.log(JSON.stringify(await run(db, config)))
} finally {
  await db.destroy()
}
