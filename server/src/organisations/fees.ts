/** What the doctors of a team ask of a paired hospital, by examination type, from a day on. A fee that was in force is never changed: a later one follows it. */
import type { DoctorFee, DoctorFeeList, DoctorFeeRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { ownKind } from './common.ts'
import { invalidFee, noSuchMember, noSuchPairing, pairingStateRefused, tooMany } from './problems.ts'

const maxFees = 5_000

export interface Fees {
  /** All that were and will be in force, by doctor, type and day. @throws noSuchPairing 404 */
  readonly list: (access: Access, pairingId: string) => Promise<DoctorFeeList>
  /** From today on at the earliest; the same doctor, type and day again replaces. @throws noSuchPairing 404, pairingStateRefused 409, noSuchMember 404, invalidFee 422, tooMany 409 */
  readonly set: (access: Access, pairingId: string, fee: DoctorFeeRequest) => Promise<DoctorFeeList>
}

interface FeeRow {
  readonly membership_id: string
  readonly name: string
  readonly exam_type: string
  readonly valid_from: string
  readonly amount: string | null
  readonly currency: string
  readonly unit: 'study' | 'part'
}

const toFee = (row: FeeRow): DoctorFee => ({
  doctor: { membershipId: row.membership_id, name: row.name }, examType: row.exam_type, validFrom: row.valid_from, ...(row.amount === null ? {} : { amount: row.amount }), currency: row.currency, unit: row.unit,
})

/** The calendar day it is in a time zone; where none was said, in UTC. */
export const dayIn = (timeZone: string | null, now: Date): string => new Intl.DateTimeFormat('en-CA', { timeZone: timeZone ?? 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)

const isDay = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

export function createFees({ db, now }: { readonly db: Db; readonly now: () => Date }): Fees {
  const list = async (db: Db, { organisationId }: Access, pairingId: string): Promise<DoctorFeeList> => {
    const found = await db('doctor_fee').where({ 'doctor_fee.team_id': organisationId, pairing_id: pairingId })
      .join('membership', 'membership.membership_id', 'doctor_fee.membership_id').join('account', 'account.account_id', 'membership.account_id')
      .orderBy(['account.name', 'doctor_fee.membership_id', 'exam_type', 'valid_from'])
      .select<FeeRow[]>('doctor_fee.membership_id', 'account.name', 'exam_type', db.raw("to_char(valid_from, 'YYYY-MM-DD') as valid_from"), 'amount', 'currency', 'unit')
    return { items: found.map(toFee) }
  }

  return {
    list: async (access, pairingId) => {
      const pairing = await db('pairing').where({ team_id: access.organisationId, pairing_id: pairingId }).first<object | undefined>('pairing_id')
      if (pairing === undefined) throw noSuchPairing('No pairing of your organisation has this id.')
      return list(db, access, pairingId)
    },

    set: (access, pairingId, { doctorId, examType, validFrom, amount, currency, unit }) => db.transaction(async (trx) => {
      await ownKind(trx, access, 'team')
      const pairing = await trx('pairing').where({ team_id: access.organisationId, pairing_id: pairingId }).forUpdate().first<{ state: string; hospital_id: string } | undefined>('state', 'hospital_id')
      if (pairing === undefined) throw noSuchPairing('No pairing of your organisation has this id.')
      if (pairing.state !== 'paired') throw pairingStateRefused('The organisations are not paired.', { state: pairing.state })
      const doctor = await trx('membership').where({ organisation_id: access.organisationId, membership_id: doctorId }).whereNot({ state: 'removed' }).first<object | undefined>('membership_id')
      if (doctor === undefined) throw noSuchMember('No member of your organisation has the id "doctorId".')
      const { time_zone } = await trx('organisation').where({ organisation_id: access.organisationId }).first<{ time_zone: string | null }>('time_zone')
      const today = dayIn(time_zone, now())
      if (!isDay(validFrom) || validFrom < today) throw invalidFee(`"validFrom" must be a day, ${today} at the earliest: what was in force stays as it was.`, { today })
      const { count } = await trx('doctor_fee').where({ pairing_id: pairingId }).count().first<{ count: string }>()
      if (Number(count) >= maxFees) throw tooMany(`A pairing has at most ${maxFees} fees.`)
      const price = { amount: amount ?? null, currency, unit }
      await trx('doctor_fee').insert({ pairing_id: pairingId, team_id: access.organisationId, membership_id: doctorId, exam_type: examType, valid_from: validFrom, ...price })
        .onConflict(['pairing_id', 'membership_id', 'exam_type', 'valid_from']).merge(price)
      const event = { actor: actorOf(access), action: 'fee.change', outcome: 'success', detail: { pairingId, membershipId: doctorId, examType, validFrom, ...price } } as const
      await record(trx, [access.organisationId, pairing.hospital_id].map((organisationId) => ({ ...event, organisationId })))
      return list(trx, access, pairingId)
    }),
  }
}
