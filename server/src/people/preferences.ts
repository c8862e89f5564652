/** What a person chooses for himself, on all his devices (PC-07, PC-08, AUTH-19, AUTH-20, WB-03, LIST-02). */
import { bindPromptDays, maxColumnLayouts, type BindingState, type ColumnLayout, type Landing, type Preferences, type PreferencesPatch, type Side, type ViewerLayout } from '@isocenter/contracts'
import { assertVersion } from '../organisations/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { lockHolder, noteOwn, type Holder } from './common.ts'
import { activeMembershipsOf, type OwnMembershipRow } from './memberships.ts'
import { noSuchMembership, tooManyLayouts } from './problems.ts'

const dayMs = 86_400_000

/** Whether something outside the account is bound to it; each capability that binds tells of its own. */
export interface Bindings {
  readonly hasWebPush: (db: Db, accountId: string) => Promise<boolean>
  readonly hasIdentity: (db: Db, accountId: string) => Promise<boolean>
}

export interface PreferencesService {
  readonly find: (holder: Holder) => Promise<Preferences>
  /** @throws changedMeanwhile 412, noSuchMembership 404 for a default page where one does not belong */
  readonly change: (holder: Holder, patch: PreferencesPatch, version: number | undefined) => Promise<Preferences>
  /** Nobody is asked to bind for fifteen days. */
  readonly putOffBinding: (holder: Holder) => Promise<Preferences>
  /** Where to go after sign-in. */
  readonly landing: (holder: Holder) => Promise<Landing>
  readonly layout: (holder: Holder, list: string) => Promise<ColumnLayout>
  /** @throws tooManyLayouts 409 */
  readonly putLayout: (holder: Holder, list: string, layout: ColumnLayout) => Promise<void>
}

interface SettingsRow {
  readonly viewer_layout: ViewerLayout
  readonly dual_screen: boolean
  readonly bind_prompt_after: Date | null
  readonly landing_membership_id: string | null
  readonly version: number
}

const initial: SettingsRow = { viewer_layout: 'standard', dual_screen: false, bind_prompt_after: null, landing_membership_id: null, version: 1 }

const binding = (isBound: boolean): BindingState => (isBound ? 'bound' : 'unbound')

/** Which side of the product an organisation's members work at; undefined where they only administer. */
const sideOf = ({ organisation: { kind } }: OwnMembershipRow): Side | undefined => (kind === 'hospital' ? 'request' : kind === 'team' ? 'diagnosis' : undefined)

function pageOf(membership: OwnMembershipRow | undefined): { side: Side; organisationId: string } | undefined {
  const side = membership && sideOf(membership)
  return membership === undefined || side === undefined ? undefined : { side, organisationId: membership.organisation.organisationId }
}

export function createPreferences({ db, bindings, now }: { readonly db: Db; readonly bindings: Bindings; readonly now: () => Date }): PreferencesService {
  const settingsOf = async (db: Db, accountId: string): Promise<SettingsRow> =>
    await db('account_settings').where({ account_id: accountId }).first<SettingsRow | undefined>('viewer_layout', 'dual_screen', 'bind_prompt_after', 'landing_membership_id', 'version') ?? initial

  /** The page chosen, while the membership it was chosen by is active. */
  const chosen = async (db: Db, accountId: string, { landing_membership_id }: SettingsRow) =>
    (landing_membership_id === null ? undefined : pageOf((await activeMembershipsOf(db, accountId)).find(({ membershipId }) => membershipId === landing_membership_id)))

  const find = async (db: Db, { accountId }: Holder): Promise<Preferences> => {
    const settings = await settingsOf(db, accountId)
    const account = await db('account').where({ account_id: accountId }).first<{ phone_proven_at: Date | null }>('phone_proven_at')
    const bound = { phone: binding(account.phone_proven_at !== null), webPush: binding(await bindings.hasWebPush(db, accountId)), identity: binding(await bindings.hasIdentity(db, accountId)) }
    const landing = await chosen(db, accountId, settings)
    const mayAsk = settings.bind_prompt_after === null || settings.bind_prompt_after <= now()
    return {
      viewerLayout: settings.viewer_layout, dualScreen: settings.dual_screen, version: settings.version, binding: bound,
      // Signing in by an outside identity is for organisations that have such a provider; nobody is pressed to it.
      shouldOfferBinding: mayAsk && (bound.phone === 'unbound' || bound.webPush === 'unbound'),
      ...(landing === undefined ? {} : { landing }),
    }
  }

  const write = async (trx: Trx, accountId: string, changes: Partial<SettingsRow>): Promise<void> => {
    await trx('account_settings').insert({ account_id: accountId, ...changes, version: 2 }).onConflict('account_id').merge({ ...changes, version: trx.raw('account_settings.version + 1') })
  }

  /** The membership a default page is chosen by. */
  const landingMembership = async (trx: Trx, accountId: string, organisationId: string): Promise<string> => {
    const membership = (await activeMembershipsOf(trx, accountId)).find(({ organisation }) => organisation.organisationId === organisationId)
    if (membership === undefined || sideOf(membership) === undefined) throw noSuchMembership('You are no active member of a hospital or team of this id.')
    return membership.membershipId
  }

  return {
    find: (holder) => find(db, holder),

    change: (holder, { viewerLayout, dualScreen, landing }, version) => db.transaction(async (trx) => {
      await lockHolder(trx, holder.accountId)
      assertVersion((await settingsOf(trx, holder.accountId)).version, version)
      await write(trx, holder.accountId, {
        ...(viewerLayout === undefined ? {} : { viewer_layout: viewerLayout }), ...(dualScreen === undefined ? {} : { dual_screen: dualScreen }),
        ...(landing === undefined ? {} : { landing_membership_id: landing === '' ? null : await landingMembership(trx, holder.accountId, landing) }),
      })
      await noteOwn(trx, holder.accountId, 'account.settings', { viewerLayout, dualScreen, landing })
      return find(trx, holder)
    }),

    putOffBinding: (holder) => db.transaction(async (trx) => {
      await lockHolder(trx, holder.accountId)
      await write(trx, holder.accountId, { bind_prompt_after: new Date(now().getTime() + bindPromptDays * dayMs) })
      await noteOwn(trx, holder.accountId, 'account.settings', { bindPromptDays })
      return find(trx, holder)
    }),

    landing: async ({ accountId }) => {
      const page = await chosen(db, accountId, await settingsOf(db, accountId))
      const memberships = page === undefined ? await activeMembershipsOf(db, accountId) : []
      const target = page ?? (memberships.length === 1 ? pageOf(memberships[0]) : undefined)
      return target === undefined ? { page: 'workbench' } : { page: 'organisation', ...target }
    },

    layout: async ({ accountId }, list) => {
      const row = await db('column_layout').where({ account_id: accountId, list }).first<{ columns: ColumnLayout['columns'] } | undefined>('columns')
      return { columns: row?.columns ?? [] }
    },

    putLayout: (holder, list, { columns }) => db.transaction(async (trx) => {
      const { accountId } = holder
      await lockHolder(trx, accountId)
      const own = trx('column_layout').where({ account_id: accountId })
      if (columns.length === 0) {
        if (await own.where({ list }).delete() > 0) await noteOwn(trx, accountId, 'account.settings', { list, isSetBack: true })
        return
      }
      const [others] = await rows<{ count: string }>(trx, 'select count(*) from column_layout where account_id = ? and list <> ?', [accountId, list])
      if (Number(others?.count) >= maxColumnLayouts) throw tooManyLayouts('Set one of another list back first.')
      const text = JSON.stringify(columns)
      await trx('column_layout').insert({ account_id: accountId, list, columns: text }).onConflict(['account_id', 'list']).merge({ columns: text })
      await noteOwn(trx, accountId, 'account.settings', { list })
    }),
  }
}
