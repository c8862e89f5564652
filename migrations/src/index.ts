import knex, { type Knex } from 'knex'
import * as catalogue from './20261122090000_catalogue.ts'
import * as seriesMetadata from './20261122120000_series_metadata.ts'
import * as thumbnails from './20261122130000_thumbnails.ts'
import * as changeFeed from './20261122140000_change_feed.ts'
import * as extraAttributes from './20261122150000_extra_attributes.ts'
import * as gateways from './20261122160000_gateways.ts'
import * as worklist from './20261122170000_worklist.ts'
import * as uploads from './20261122180000_uploads.ts'
import * as sopClassesIndex from './20261122185000_sop_classes_index.ts'
import * as recompression from './20261122190000_recompression.ts'
import * as accounts from './20261122200000_accounts.ts'
import * as organisations from './20261122210000_organisations.ts'
import * as recompressionReasons from './20261122215000_recompression_reasons.ts'
import * as secondFactor from './20261122230000_second_factor.ts'
import * as apiKeysAndSignInProviders from './20261123000000_api_keys_and_sign_in_providers.ts'
import * as passkeysAndQrSignIn from './20261123010000_passkeys_and_qr_sign_in.ts'
import * as accessChanges from './20261123010100_access_changes.ts'
import * as people from './20261123020000_people.ts'
import * as namesOfPeople from './20261123021000_names_of_people.ts'
import * as notifications from './20261123040000_notifications.ts'
import * as apiKeyEndsTold from './20261123041000_api_key_ends_told.ts'
import * as audit from './20261123030000_audit.ts'
import * as studies from './20261124000000_studies.ts'
import * as sharing from './20261124020000_sharing.ts'
import * as invitationCodes from './20261124030000_invitation_codes.ts'
import * as vouchedSessions from './20261125000000_vouched_sessions.ts'
import * as credentialDecisions from './20261125000100_credential_decisions.ts'
import * as signInRules from './20261125000200_sign_in_rules.ts'
import * as auditOfWhatWasNotDone from './20261125020000_audit_of_what_was_not_done.ts'
import * as examAttributes from './20261125010000_exam_attributes.ts'
import * as studyDetail from './20261125040000_study_detail.ts'
import * as downloads from './20261125030000_downloads.ts'
import * as film from './20261125050000_film.ts'
import * as bodyParts from './20261125060000_body_parts.ts'
import * as quarantine from './20261126000000_quarantine.ts'
import * as tagSearch from './20261126020000_tag_search.ts'
import * as filmViews from './20261126050000_film_views.ts'
import * as claimsOfDeletedStudies from './20261126060000_claims_of_deleted_studies.ts'
import * as additionsByStudy from './20261126070000_additions_by_study.ts'

/** Every migration by name, in order. Listed, not found in a folder: what runs is what was reviewed, also from a bundle. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  '20261122090000_catalogue': catalogue,
  '20261122120000_series_metadata': seriesMetadata,
  '20261122130000_thumbnails': thumbnails,
  '20261122140000_change_feed': changeFeed,
  '20261122150000_extra_attributes': extraAttributes,
  '20261122160000_gateways': gateways,
  '20261122170000_worklist': worklist,
  '20261122180000_uploads': uploads,
  '20261122185000_sop_classes_index': sopClassesIndex,
  '20261122190000_recompression': recompression,
  '20261122200000_accounts': accounts,
  '20261122210000_organisations': organisations,
  '20261122215000_recompression_reasons': recompressionReasons,
  '20261122230000_second_factor': secondFactor,
  '20261123000000_api_keys_and_sign_in_providers': apiKeysAndSignInProviders,
  '20261123010000_passkeys_and_qr_sign_in': passkeysAndQrSignIn,
  '20261123010100_access_changes': accessChanges,
  '20261123020000_people': people,
  '20261123021000_names_of_people': namesOfPeople,
  '20261123030000_audit': audit,
  '20261123040000_notifications': notifications,
  '20261123041000_api_key_ends_told': apiKeyEndsTold,
  '20261124000000_studies': studies,
  '20261124020000_sharing': sharing,
  '20261124030000_invitation_codes': invitationCodes,
  '20261125000000_vouched_sessions': vouchedSessions,
  '20261125000100_credential_decisions': credentialDecisions,
  '20261125000200_sign_in_rules': signInRules,
  '20261125010000_exam_attributes': examAttributes,
  '20261125020000_audit_of_what_was_not_done': auditOfWhatWasNotDone,
  '20261125030000_downloads': downloads,
  '20261125040000_study_detail': studyDetail,
  '20261125050000_film': film,
  '20261125060000_body_parts': bodyParts,
  '20261126000000_quarantine': quarantine,
  '20261126020000_tag_search': tagSearch,
  '20261126050000_film_views': filmViews,
  '20261126060000_claims_of_deleted_studies': claimsOfDeletedStudies,
  '20261126070000_additions_by_study': additionsByStudy,
}

const names = Object.keys(migrations)
const table = 'knex_migrations'

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(names),
  getMigrationName: (name) => name,
  getMigration: (name) => {
    const migration = migrations[name]
    return migration ? Promise.resolve(migration) : Promise.reject(new Error(`There is no migration ${name}.`))
  },
}

/** What knex needs to know about our migrations; knexfile.ts uses it too. */
export const migratorConfig: Knex.MigratorConfig = {
  tableName: table,
  migrationSource,
  // The previous release starts beside this one during an upgrade and does not know the newest migrations.
  disableMigrationsListValidation: true,
}

/** Any number of our own; the same in every release, so that two releases never migrate at once. */
const advisoryLock = 4_207_202_611

/**
 * Brings the database up to date and returns the names of the migrations it ran.
 * Several servers may call it at once: one migrates, the others wait and find nothing to do.
 * A process killed in the middle leaves nothing behind that the next call would trip over.
 * @param database connection string, or a knex whose pool holds at least two connections
 */
export async function migrate(database: string | Knex): Promise<string[]> {
  if (typeof database !== 'string') return migrateLocked(database)
  const own = knex({ client: 'pg', connection: { connectionString: database }, pool: { min: 0, max: 2 } })
  try {
    return await migrateLocked(own)
  } finally {
    await own.destroy()
  }
}

function migrateLocked(db: Knex): Promise<string[]> {
  return db.transaction(async (lock) => {
    await lock.raw('select pg_advisory_xact_lock(?)', [advisoryLock])
    // Who holds the advisory lock is alone, so knex's own lock can only be the remains of a killed process.
    await db.migrate.forceFreeMigrationsLock(migratorConfig)
    const [, ran] = (await db.migrate.latest(migratorConfig)) as [number, string[]]
    return ran
  })
}

/** True when every migration of this release has run; changes nothing. A database of a newer release counts as current. */
export async function isCurrent(db: Knex): Promise<boolean> {
  if (!(await db.schema.hasTable(table))) return false
  const done = new Set(await db(table).pluck<string[]>('name'))
  return names.every((name) => done.has(name))
}
