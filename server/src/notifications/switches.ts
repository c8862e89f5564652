/** What a person switches off for himself (PC-05, PC-06): it takes away from what the rules allow, and adds nothing. */
import { notificationEvents, personalMethods, type NotificationSwitches, type NotificationSwitchesPatch, type PersonalMethod } from '@isocenter/contracts'
import type { AccountSession } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { eventCatalogue } from './catalogue.ts'

export interface Switches {
  readonly find: (session: AccountSession) => Promise<NotificationSwitches>
  readonly change: (session: AccountSession, patch: NotificationSwitchesPatch) => Promise<NotificationSwitches>
}

/** @param installed ways this installation has a channel for; browsers need none */
export function createSwitches({ db, installed }: { readonly db: Db; readonly installed: readonly PersonalMethod[] }): Switches {
  const find: Switches['find'] = async ({ accountId }) => {
    const row = await db('account').leftJoin('notification_switches', 'notification_switches.account_id', 'account.account_id').where('account.account_id', accountId)
      .first<{ email: string | null; methods_off: string[] | null; muted: string[] | null } | undefined>('email', 'methods_off', 'muted')
    const isAvailable = (method: PersonalMethod): boolean => installed.includes(method) && (method !== 'email' || (row?.email ?? null) !== null)
    return {
      methods: personalMethods.map((method) => ({ method, isAvailable: isAvailable(method), isOn: row?.methods_off?.includes(method) !== true })),
      events: notificationEvents.filter((event) => eventCatalogue[event].isTest !== true)
        .map((event) => ({ event, isMuted: row?.muted?.includes(event) === true && eventCatalogue[event].isSafety !== true, canBeMuted: eventCatalogue[event].isSafety !== true })),
    }
  }
  return {
    find,
    change: async (session, { methodsOff, muted }) => {
      const changes = { ...(methodsOff === undefined ? {} : { methods_off: methodsOff }), ...(muted === undefined ? {} : { muted }) }
      await db('notification_switches').insert({ account_id: session.accountId, ...changes }).onConflict('account_id').merge(changes)
      return find(session)
    },
  }
}
