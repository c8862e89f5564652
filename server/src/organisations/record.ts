/** What an organisation says of itself, and its settings. */
import { createHash } from 'node:crypto'
import type { FilmPatch, HospitalPatch, HospitalSettings, OrganisationAction, OrganisationDetail, OrganisationKind, OrganisationModule, OrganisationSummary, TeamPatch } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { assertVersion, given, lockOwn, note, orNull } from './common.ts'
import { modulesInForceSql } from './modules.ts'
import { cleanPicture } from './pictures.ts'
import { invalidSettings, noSuchOrganisation, noSuchPicture, signatureMissing } from './problems.ts'

export type PicturePurpose = 'logo' | 'signature'

export interface OrganisationRecord {
  /** The active organisation. @throws noSuchOrganisation 404 */
  readonly find: (access: Access) => Promise<OrganisationDetail>
  /** @throws changedMeanwhile 412, wrongOrganisationKind 409, invalidSettings 422, signatureMissing 409 */
  readonly changeHospital: (access: Access, patch: HospitalPatch, version: number | undefined) => Promise<OrganisationDetail>
  /** @throws changedMeanwhile 412, wrongOrganisationKind 409, invalidSettings 422 */
  readonly changeTeam: (access: Access, patch: TeamPatch, version: number | undefined) => Promise<OrganisationDetail>
  /** @throws changedMeanwhile 412, wrongOrganisationKind 409 */
  readonly changeFilm: (access: Access, patch: FilmPatch, version: number | undefined) => Promise<OrganisationDetail>
  /** @throws noSuchPicture 404 */
  readonly picture: (access: Access, purpose: PicturePurpose) => Promise<{ png: Buffer; etag: string }>
  /** @throws wrongOrganisationKind 409, invalidPicture 422 */
  readonly putPicture: (access: Access, kind: OrganisationKind, purpose: PicturePurpose, bytes: Uint8Array) => Promise<void>
  /** @throws wrongOrganisationKind 409, invalidSettings 422 while the signature is fixed */
  readonly removePicture: (access: Access, kind: OrganisationKind, purpose: PicturePurpose) => Promise<void>
}

interface RecordRow {
  readonly organisation_id: string
  readonly number: string
  readonly kind: OrganisationKind
  readonly name: string
  readonly introduction: string
  readonly time_zone: string | null
  readonly modules: OrganisationModule[]
  readonly owner_id: string | null
  readonly version: number
  readonly pictures: PicturePurpose[]
}

interface SettingsRow {
  readonly level: string | null
  readonly type: string | null
  readonly province: string | null
  readonly city: string | null
  readonly street_address: string | null
  readonly is_signature_fixed: boolean
  readonly requests_automatically: boolean
  readonly automatic_team_id: string | null
  readonly automatic_wait_minutes: number
  readonly has_electronic_film: boolean
  readonly allows_patient_download: boolean
}

/** What others may know of an organisation. */
export async function summaryOf(db: Db, organisationId: string): Promise<OrganisationSummary | undefined> {
  const row = await db('organisation').where({ organisation_id: organisationId }).first<Pick<RecordRow, 'number' | 'kind' | 'name'> | undefined>('number', 'kind', 'name')
  return row && { organisationId, ...row }
}

/** @throws invalidSettings 422 */
export function assertTimeZone(timeZone: string | undefined): void {
  if (timeZone === undefined || timeZone === '') return
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw invalidSettings('"timeZone" is no name of the IANA time zone database.')
  }
}

const editing: Readonly<Record<OrganisationKind, string>> = { hospital: 'org.hospital_edit', team: 'team.edit', consortium: '', platform: '' }

function actionsOn({ permissions }: Access, kind: OrganisationKind): OrganisationAction[] {
  const open: readonly (readonly [OrganisationAction, boolean])[] = [
    ['edit', (permissions as ReadonlySet<string>).has(editing[kind])],
    ['setFilm', kind === 'hospital' && permissions.has('admin.cloudfilm')],
    ['manageMembers', permissions.has('org.member')],
    ['manageRoles', permissions.has('org.role')],
    ['manageDepartments', kind === 'hospital' && permissions.has('admin.department')],
    ['manageDevices', kind === 'hospital' && permissions.has('org.device')],
    ['managePairings', (kind === 'hospital' && permissions.has('org.pairing')) || (kind === 'team' && permissions.has('team.pairing'))],
    ['manageHospitals', (kind === 'consortium' && permissions.has('admin.consortium')) || (kind === 'platform' && permissions.has('operator.organisations'))],
  ]
  return open.filter(([, isOpen]) => isOpen).map(([action]) => action)
}

export function createRecord({ db }: { readonly db: Db }): OrganisationRecord {
  const settingsOf = async (db: Db, organisationId: string, pictures: readonly PicturePurpose[]): Promise<HospitalSettings> => {
    const row = await db('hospital_settings').where({ organisation_id: organisationId }).first<SettingsRow | undefined>()
    const words = { level: row?.level, type: row?.type, province: row?.province, city: row?.city, streetAddress: row?.street_address }
    const team = row?.automatic_team_id ? await summaryOf(db, row.automatic_team_id) : undefined
    return {
      ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== null && value !== undefined)),
      isSignatureFixed: row?.is_signature_fixed ?? false, hasSignature: pictures.includes('signature'),
      requestsAutomatically: row?.requests_automatically ?? false, ...(team ? { automaticTeam: team } : {}), automaticWaitMinutes: row?.automatic_wait_minutes ?? 10,
      hasElectronicFilm: row?.has_electronic_film ?? false, allowsPatientDownload: row?.allows_patient_download ?? false,
    }
  }
  const find = async (db: Db, access: Access): Promise<OrganisationDetail> => {
    const row = await db('organisation').where({ organisation_id: access.organisationId }).first<RecordRow | undefined>(
      'organisation_id', 'number', 'kind', 'name', 'introduction', 'time_zone', 'owner_id', 'version', db.raw(`${modulesInForceSql} as modules`),
      db.raw('(select coalesce(array_agg(purpose), array[]::text[]) from organisation_picture where organisation_picture.organisation_id = organisation.organisation_id) as pictures'))
    if (row === undefined) throw noSuchOrganisation('Your organisation is not there any more.')
    const owner = row.owner_id === null ? undefined : await summaryOf(db, row.owner_id)
    return {
      organisationId: row.organisation_id, number: row.number, kind: row.kind, name: row.name, introduction: row.introduction, modules: row.modules, version: row.version,
      ...(row.time_zone === null ? {} : { timeZone: row.time_zone }), ...(owner ? { owner } : {}), hasLogo: row.pictures.includes('logo'),
      ...(row.kind === 'hospital' ? { hospital: await settingsOf(db, access.organisationId, row.pictures) } : {}), actions: actionsOn(access, row.kind),
    }
  }

  /** One change of the active organisation: its row, by version, then what `write` does. */
  const change = (access: Access, kind: OrganisationKind, patch: TeamPatch, version: number | undefined, write: (trx: Trx) => Promise<void> = async () => undefined): Promise<OrganisationDetail> => {
    assertTimeZone(patch.timeZone)
    return db.transaction(async (trx) => {
      await lockOwn(trx, access, kind)
      const own = { organisation_id: access.organisationId }
      assertVersion((await trx('organisation').where(own).first<{ version: number }>('version')).version, version)
      const { name, introduction, timeZone } = patch
      await trx('organisation').where(own).update({ ...given({ name: name?.trim(), introduction, time_zone: timeZone === undefined ? undefined : orNull(timeZone) }), version: trx.raw('version + 1') })
      await write(trx)
      if (Object.keys(patch).length > 0) await note(trx, access, 'organisation.change', { fields: Object.keys(patch) })
      return find(trx, access)
    })
  }
  const putSettings = async (trx: Trx, organisationId: string, columns: Record<string, unknown>): Promise<SettingsRow> => {
    await trx('hospital_settings').insert({ organisation_id: organisationId, ...columns }).onConflict('organisation_id').merge({ organisation_id: organisationId, ...columns })
    return trx('hospital_settings').where({ organisation_id: organisationId }).first<SettingsRow>()
  }

  return {
    find: (access) => find(db, access),

    changeHospital: (access, patch, version) => change(access, 'hospital', patch, version, async (trx) => {
      const { level, type, province, city, streetAddress, isSignatureFixed, requestsAutomatically, automaticTeamId, automaticWaitMinutes } = patch
      const word = (text: string | undefined) => (text === undefined ? undefined : orNull(text))
      const { organisationId } = access
      const settings = await putSettings(trx, organisationId, given({
        level: word(level), type: word(type), province: word(province), city: word(city), street_address: word(streetAddress), is_signature_fixed: isSignatureFixed,
        requests_automatically: requestsAutomatically, automatic_team_id: word(automaticTeamId), automatic_wait_minutes: automaticWaitMinutes,
      }))
      if (isSignatureFixed === true && await trx('organisation_picture').where({ organisation_id: organisationId, purpose: 'signature' }).first<object | undefined>('purpose') === undefined) {
        throw signatureMissing('Send the picture of the signature first.')
      }
      if (settings.requests_automatically && settings.automatic_team_id === null) throw invalidSettings('Automatic requests need the team they go to.')
      const isAsked = automaticTeamId !== undefined || (requestsAutomatically === true && settings.requests_automatically)
      if (isAsked && settings.automatic_team_id !== null) {
        const pairing = await trx('pairing').where({ hospital_id: organisationId, team_id: settings.automatic_team_id, state: 'paired', takes_orders: true }).first<object | undefined>('pairing_id')
        if (pairing === undefined) throw invalidSettings('Automatic requests go to a team that is paired with the hospital and takes its orders.')
      }
    }),

    changeTeam: (access, patch, version) => change(access, 'team', patch, version),

    changeFilm: (access, { hasElectronicFilm, allowsPatientDownload }, version) => change(access, 'hospital', {}, version, async (trx) => {
      await putSettings(trx, access.organisationId, given({ has_electronic_film: hasElectronicFilm, allows_patient_download: allowsPatientDownload }))
      await note(trx, access, 'organisation.change', given({ hasElectronicFilm, allowsPatientDownload }))
    }),

    picture: async ({ organisationId }, purpose) => {
      const row = await db('organisation_picture').where({ organisation_id: organisationId, purpose }).first<{ png: Buffer; sha256: Buffer } | undefined>('png', 'sha256')
      if (row === undefined) throw noSuchPicture('Your organisation has not sent one.')
      return { png: row.png, etag: `"${row.sha256.toString('base64url')}"` }
    },

    putPicture: async (access, kind, purpose, bytes) => {
      const png = await cleanPicture(bytes)
      await change(access, kind, {}, undefined, async (trx) => {
        const values = { png, sha256: createHash('sha256').update(png).digest() }
        await trx('organisation_picture').insert({ organisation_id: access.organisationId, purpose, ...values }).onConflict(['organisation_id', 'purpose']).merge({ ...values, changed_at: trx.fn.now() })
        await note(trx, access, 'organisation.change', { picture: purpose })
      })
    },

    removePicture: async (access, kind, purpose) => {
      await change(access, kind, {}, undefined, async (trx) => {
        const own = { organisation_id: access.organisationId }
        if (purpose === 'signature' && await trx('hospital_settings').where({ ...own, is_signature_fixed: true }).first<object | undefined>('organisation_id') !== undefined) {
          throw invalidSettings('The signature is fixed: let reports have their own signatures first.')
        }
        await trx('organisation_picture').where({ ...own, purpose }).delete()
        await note(trx, access, 'organisation.change', { picture: purpose, removed: true })
      })
    },
  }
}
