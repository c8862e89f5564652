/**
 * Pairing: the contract by which a diagnosis team takes requests of a hospital. Both sides see the same row, each by its own organisation,
 * and each makes its own moves (A.9).
 */
import { PairingParams, pairingEvents, type OrganisationKind, type Pairing, type PairingEvent, type PairingPage, type PairingState } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { accountOf, actorOf, type Access } from '../identity/index.ts'
import { closeTodo, openTodo, publish } from '../notifications/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { ownKind } from './common.ts'
import { cleanPicture } from './pictures.ts'
import { noSuchPairing, noSuchPicture, noSuchTeam, pairingExists, pairingStateRefused, signatureMissing } from './problems.ts'
import { pairingLife, pairingMovers, withTime } from './states.ts'

const validMs = 30 * 24 * 60 * 60_000

/** The side an organisation stands on. */
export type PairingSide = 'hospital' | 'team'

export interface Pairings {
  /** Of this side's organisation, the latest request first. */
  readonly list: (access: Access, side: PairingSide, query: { readonly state?: PairingState; readonly search?: string }, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<PairingPage>
  /** @throws noSuchPairing 404, wrongOrganisationKind 409 */
  readonly find: (access: Access, side: PairingSide, pairingId: string) => Promise<Pairing>
  /** Asks the team of this number. @throws noSuchTeam 404, pairingExists 409, wrongOrganisationKind 409, tooManyRequests 429 */
  readonly invite: (access: Access, teamNumber: string) => Promise<Pairing>
  /** Makes a move of this side; undefined when the pairing is removed by it. @throws noSuchPairing 404, pairingStateRefused 409, wrongOrganisationKind 409, tooManyRequests 429 */
  readonly move: (access: Access, side: PairingSide, pairingId: string, event: PairingEvent, reason?: string) => Promise<Pairing | undefined>
  /** The signature every report for this hospital shows while it is fixed. @throws noSuchPairing 404, noSuchPicture 404 */
  readonly signature: (access: Access, pairingId: string) => Promise<Buffer>
  /** @throws noSuchPairing 404, pairingStateRefused 409, invalidPicture 422 */
  readonly putSignature: (access: Access, pairingId: string, bytes: Uint8Array) => Promise<Pairing>
  /** @throws noSuchPairing 404, pairingStateRefused 409, signatureMissing 409 */
  readonly fixSignature: (access: Access, pairingId: string, isFixed: boolean) => Promise<Pairing>
}

interface PairingRow {
  readonly pairing_id: string
  readonly hospital_id: string
  readonly team_id: string
  readonly state: Exclude<PairingState, 'expired'>
  readonly takes_orders: boolean
  readonly is_signature_fixed: boolean
  readonly has_signature: boolean
  readonly requested_at: Date
  readonly expires_at: Date
  readonly answered_at: Date | null
  readonly ended_at: Date | null
  readonly decline_reason: string | null
  readonly version: number
  readonly hospital_number: string
  readonly hospital_name: string
  readonly team_number: string
  readonly team_name: string
  readonly place: string
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), PairingParams.properties.pairingId])
const columnOf: Readonly<Record<PairingSide, string>> = { hospital: 'pairing.hospital_id', team: 'pairing.team_id' }

function pairings(db: Db, access: Access, side: PairingSide) {
  return db('pairing').where(columnOf[side], access.organisationId)
    .join('organisation as hospital', 'hospital.organisation_id', 'pairing.hospital_id').join('organisation as team', 'team.organisation_id', 'pairing.team_id')
    .select<PairingRow[]>('pairing_id', 'hospital_id', 'team_id', 'state', 'takes_orders', 'is_signature_fixed', 'requested_at', 'expires_at', 'answered_at', 'ended_at', 'decline_reason', 'pairing.version',
      'hospital.number as hospital_number', 'hospital.name as hospital_name', 'team.number as team_number', 'team.name as team_name',
      db.raw('signature_png is not null as has_signature'), db.raw(`${exactly('requested_at')} as place`))
}

export function createPairings({ db, now }: { readonly db: Db; readonly now: () => Date }): Pairings {
  // Numbers are short: who asks for those of nobody is soon made to wait.
  const guessing = createSharedRateLimit(db, 'pairing-numbers', { burst: 10, refillMs: 10 * 60_000 })
  const inviting = createSharedRateLimit(db, 'pairing-invitations', { burst: 30, refillMs: 5 * 60_000 })
  const expiry = () => new Date(now().getTime() + validMs)
  const stateOf = (row: Pick<PairingRow, 'state' | 'expires_at'>): PairingState => withTime<PairingState>(row.state, 'invited', row.expires_at, now())

  const actionsOn = ({ permissions }: Access, side: PairingSide, state: PairingState, takesOrders: boolean): Pairing['actions'] => {
    const isOpen = (event: PairingEvent): boolean => pairingLife[state][event] !== undefined && !(event === 'takeOrders' && takesOrders) && !(event === 'refuseOrders' && !takesOrders)
    const moves = permissions.has(side === 'hospital' ? 'org.pairing' : 'team.pairing')
      ? pairingEvents.filter((event): event is Exclude<PairingEvent, 'expire'> => event !== 'expire' && pairingMovers[event] === side && isOpen(event)) : []
    const isPaired = side === 'team' && state === 'paired'
    return [...moves, ...(isPaired && permissions.has('team.signature') ? ['setSignature'] as const : []), ...(isPaired && permissions.has('team.fee') ? ['setFees'] as const : [])]
  }
  const toPairing = (access: Access, side: PairingSide, row: PairingRow): Pairing => {
    const state = stateOf(row)
    return {
      pairingId: row.pairing_id, state, takesOrders: row.takes_orders, isSignatureFixed: row.is_signature_fixed, hasSignature: row.has_signature, requestedAt: row.requested_at.toISOString(), version: row.version,
      hospital: { organisationId: row.hospital_id, number: row.hospital_number, kind: 'hospital', name: row.hospital_name },
      team: { organisationId: row.team_id, number: row.team_number, kind: 'team', name: row.team_name },
      ...(state === 'invited' || state === 'expired' ? { expiresAt: row.expires_at.toISOString() } : {}),
      ...(row.answered_at === null ? {} : { answeredAt: row.answered_at.toISOString() }), ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
      ...(row.decline_reason === null ? {} : { declineReason: row.decline_reason }), actions: actionsOn(access, side, state, row.takes_orders),
    }
  }
  const find = async (db: Db, access: Access, side: PairingSide, pairingId: string): Promise<Pairing> => {
    const [row] = await pairings(db, access, side).where({ pairing_id: pairingId })
    if (row === undefined) throw noSuchPairing('No pairing of your organisation has this id.')
    return toPairing(access, side, row)
  }
  const lock = async (trx: Trx, access: Access, side: PairingSide, pairingId: string): Promise<Pick<PairingRow, 'state' | 'expires_at' | 'hospital_id' | 'team_id'> & { signature_png: Buffer | null }> => {
    const row = await trx('pairing').where({ [columnOf[side]]: access.organisationId, pairing_id: pairingId }).forUpdate()
      .first<Pick<PairingRow, 'state' | 'expires_at' | 'hospital_id' | 'team_id'> & { signature_png: Buffer | null } | undefined>('state', 'expires_at', 'hospital_id', 'team_id', 'signature_png')
    if (row === undefined) throw noSuchPairing('No pairing of your organisation has this id.')
    return row
  }
  /** It concerns two organisations, so it stands in the trail of both. */
  const noteBoth = (trx: Trx, access: Access, sides: { readonly hospital_id: string; readonly team_id: string }, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [sides.hospital_id, sides.team_id].map((organisationId) => ({ organisationId, actor: actorOf(access), action: 'pairing.change', outcome: 'success', detail })))

  /** Tells the other side of a move, and opens or closes what is to be answered. */
  const tellOfMove = async (
    trx: Trx,
    access: Access,
    sides: { readonly hospital_id: string; readonly team_id: string },
    pairingId: string,
    event: Exclude<PairingEvent, 'expire'> | 'invite',
    before: PairingState,
    reason?: string,
  ): Promise<void> => {
    const names = await trx('organisation').whereIn('organisation_id', [sides.hospital_id, sides.team_id]).select<{ organisation_id: string; name: string }[]>('organisation_id', 'name')
    const nameOf = (organisationId: string) => names.find((one) => one.organisation_id === organisationId)?.name ?? ''
    const [hospital, team] = [nameOf(sides.hospital_id), nameOf(sides.team_id)]
    const toTeam = { organisationId: sides.team_id, recordId: pairingId, exceptAccountId: accountOf(access), details: { organisation: team, other: hospital } }
    const toHospital = { organisationId: sides.hospital_id, recordId: pairingId, exceptAccountId: accountOf(access), details: { organisation: hospital, other: team } }
    const todo = { kind: 'pairing.answer', organisationId: sides.team_id, recordId: pairingId } as const
    switch (event) {
      case 'invite': case 'inviteAgain':
        await publish(trx, { ...toTeam, event: 'pairing.requested', expiresAt: expiry() })
        return openTodo(trx, { ...todo, details: toTeam.details, expiresAt: expiry() })
      case 'agree':
        await publish(trx, { ...toHospital, event: 'pairing.agreed' })
        return closeTodo(trx, todo)
      case 'decline':
        await publish(trx, { ...toHospital, event: 'pairing.declined', reason })
        return closeTodo(trx, todo)
      case 'delete':
        if (before === 'paired') return publish(trx, { ...toTeam, event: 'pairing.ended' })
        return closeTodo(trx, { ...todo, outcome: 'withdrawn' })
      case 'takeOrders': return publish(trx, { ...toHospital, event: 'pairing.order-taking-on' })
      case 'refuseOrders': return publish(trx, { ...toHospital, event: 'pairing.order-taking-off' })
    }
  }

  /** A change the team makes to a pairing that is in force. */
  const changeSignature = (access: Access, pairingId: string, columnsOf: (before: { readonly signature_png: Buffer | null }) => Record<string, unknown>): Promise<Pairing> => db.transaction(async (trx) => {
    await ownKind(trx, access, 'team')
    const row = await lock(trx, access, 'team', pairingId)
    if (row.state !== 'paired') throw pairingStateRefused('The organisations are not paired.', { state: stateOf(row) })
    await trx('pairing').where({ pairing_id: pairingId }).update({ ...columnsOf(row), version: trx.raw('version + 1') })
    await noteBoth(trx, access, row, { pairingId, change: 'signature' })
    return find(trx, access, 'team', pairingId)
  })

  return {
    find: async (access, side, pairingId) => {
      await ownKind(db, access, side)
      return find(db, access, side, pairingId)
    },

    list: async (access, side, { state, search }, { cursor, limit }) => {
      await ownKind(db, access, side)
      const after = decodeCursor(cursor, Position)
      const query = pairings(db, access, side).orderBy([{ column: 'requested_at', order: 'desc' }, { column: 'pairing_id', order: 'desc' }]).limit(limit + 1)
      if (state === 'expired' || state === 'invited') void query.where('state', 'invited').where('expires_at', state === 'expired' ? '<=' : '>', now())
      else if (state !== undefined) void query.where({ state })
      if (search !== undefined) {
        const other: OrganisationKind = side === 'hospital' ? 'team' : 'hospital'
        void query.where((found) => found.whereILike(`${other}.name`, anywhere(search.trim())).orWhereRaw(`starts_with(${other}.number, ?)`, [search.trim()]))
      }
      if (after) void query.whereRaw('(requested_at, pairing_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).map((row) => toPairing(access, side, row)), ...(last ? { next: encodeCursor([last.place, last.pairing_id]) } : {}) }
    },

    invite: async (access, teamNumber) => {
      await inviting.check(access.organisationId)
      const team = await guessing.takeIf(access.organisationId, async (counts) => {
        await ownKind(db, access, 'hospital')
        const found = await db('organisation').where({ number: teamNumber.trim(), kind: 'team' }).first<{ organisation_id: string } | undefined>('organisation_id')
        if (found !== undefined) return found
        counts()
        throw noSuchTeam('Ask the team for its number.')
      })
      await inviting.take(access.organisationId)
      return db.transaction(async (trx) => {
        const sides = { hospital_id: access.organisationId, team_id: team.organisation_id }
        const pairingId = await insertPairing(trx, { ...sides, requested_at: now(), expires_at: expiry() })
        await noteBoth(trx, access, sides, { pairingId, change: 'invite' })
        await tellOfMove(trx, access, sides, pairingId, 'invite', 'invited')
        return find(trx, access, 'hospital', pairingId)
      })
    },

    move: async (access, side, pairingId, event, reason) => {
      // Before the transaction: it holds a connection, and this needs another.
      if (event === 'inviteAgain') await inviting.take(access.organisationId)
      return db.transaction(async (trx) => {
        await ownKind(trx, access, side)
        const row = await lock(trx, access, side, pairingId)
        const state = stateOf(row)
        const next = pairingMovers[event] === side ? pairingLife[state][event] : undefined
        if (next === undefined) throw pairingStateRefused(`The pairing is ${state}.`, { state })
        await noteBoth(trx, access, row, { pairingId, change: event })
        if (event !== 'expire') await tellOfMove(trx, access, row, pairingId, event, state, reason)
        if (next === 'removed') {
          await trx('pairing').where({ pairing_id: pairingId }).delete()
          return undefined
        }
        await trx('pairing').where({ pairing_id: pairingId }).update({ ...columnsAfter(event, reason), version: trx.raw('version + 1') })
        return find(trx, access, side, pairingId)
      })
    },

    signature: async (access, pairingId) => {
      const row = await db('pairing').where({ team_id: access.organisationId, pairing_id: pairingId }).first<{ signature_png: Buffer | null } | undefined>('signature_png')
      if (row === undefined) throw noSuchPairing('No pairing of your organisation has this id.')
      if (row.signature_png === null) throw noSuchPicture('No signature has been sent for this hospital.')
      return row.signature_png
    },

    putSignature: async (access, pairingId, bytes) => {
      const png = await cleanPicture(bytes)
      return changeSignature(access, pairingId, () => ({ signature_png: png }))
    },

    fixSignature: (access, pairingId, isFixed) => changeSignature(access, pairingId, ({ signature_png }) => {
      if (isFixed && signature_png === null) throw signatureMissing('Send the picture of the signature first.')
      return { is_signature_fixed: isFixed }
    }),
  }

  function columnsAfter(event: PairingEvent, reason: string | undefined): Record<string, unknown> {
    switch (event) {
      case 'agree': return { state: 'paired', takes_orders: true, answered_at: now(), decline_reason: null }
      case 'decline': return { state: 'declined', answered_at: now(), decline_reason: reason?.trim() || null }
      case 'inviteAgain': return { state: 'invited', requested_at: now(), expires_at: expiry(), answered_at: null, decline_reason: null }
      case 'delete': return { state: 'ended', takes_orders: false, ended_at: now() }
      case 'takeOrders': return { takes_orders: true }
      case 'refuseOrders': return { takes_orders: false }
      case 'expire': throw new Error('Time expires what is open; nobody does.')
    }
  }
}

/** @throws pairingExists 409 */
async function insertPairing(trx: Trx, values: { readonly hospital_id: string; readonly team_id: string; readonly requested_at: Date; readonly expires_at: Date }): Promise<string> {
  try {
    const [row] = await trx.transaction((trx) => trx('pairing').insert(values).returning<{ pairing_id: string }[]>('pairing_id'))
    return String(row?.pairing_id)
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    const existing = await trx('pairing').where({ hospital_id: values.hospital_id, team_id: values.team_id }).whereNot({ state: 'ended' }).first<{ pairing_id: string } | undefined>('pairing_id')
    throw pairingExists('Look at the one there is; one that was declined or has expired can be asked for again.', { pairingId: existing?.pairing_id })
  }
}
