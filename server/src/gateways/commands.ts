/** What administrators have gateways do: kept until the gateway has told what became of it, or the time to take it is over. */
import { gatewayCommands, type Command, type CommandRequest, type CommandResult, type CommandState, type IssuedCommand } from '@isocenter/contracts'
import { Value } from 'typebox/value'
import { record } from '../audit/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { jsonText } from '../platform/json-text.ts'
import { idempotencyKeyReused, invalidCommand, tooManyCommands } from './problems.ts'

const defaultExpirySeconds = 86_400
/** So many unfinished commands are a mistake of the caller's, or a gateway that is gone. */
const maxPending = 100
/** Films that wait leave an absent gateway room for what its administrators have it do. */
const maxPendingFilms = 50
/** So many leave with one answer; the rest with the next. */
const maxDelivered = 20
const shownCommands = 100

interface CommandRow {
  readonly command_id: string
  readonly name: string
  readonly arguments: Record<string, unknown>
  readonly created_at: Date
  readonly created_by: string
  readonly expires_at: Date
  readonly delivered_at: Date | null
  readonly finished_at: Date | null
  readonly outcome: 'succeeded' | 'failed' | null
  readonly value: unknown
  readonly reason: string | null
}

const columns = ['command_id', 'name', 'arguments', 'created_at', 'created_by', 'expires_at', 'delivered_at', 'finished_at', 'outcome', 'value', 'reason'] as const

/** Which gateway of which organisation. */
export interface GatewayRef {
  readonly organisationId: string
  readonly gatewayId: string
}

export interface GivenCommand extends GatewayRef {
  readonly request: CommandRequest
  readonly actor: string
  readonly idempotencyKey: string | undefined
}

/** A command that was delivered may still be reported on, however late: only one never taken expires. */
function stateOf(row: CommandRow, now: Date): CommandState {
  if (row.outcome !== null) return row.outcome
  if (row.delivered_at !== null) return 'delivered'
  return row.expires_at <= now ? 'expired' : 'waiting'
}

function toCommand(row: CommandRow, now: Date): Command {
  return {
    commandId: row.command_id, name: row.name, arguments: row.arguments, state: stateOf(row, now),
    ...(row.value === null ? {} : { value: row.value }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    createdAt: row.created_at.toISOString(), createdBy: row.created_by, expiresAt: row.expires_at.toISOString(),
    ...(row.delivered_at === null ? {} : { deliveredAt: row.delivered_at.toISOString() }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
  }
}

/** Commands that are still to be done, as SQL over gateway_command. */
export const pending = 'finished_at is null and (delivered_at is not null or expires_at > now())'

/**
 * Adds a command to those the gateway is given with its next report. The same Idempotency-Key again answers the command of the first time.
 * The caller has locked the gateway's row.
 * @throws invalidCommand 422, idempotencyKeyReused 409, tooManyCommands 409
 */
export async function addCommand(trx: Trx, { organisationId, gatewayId, request, actor, idempotencyKey }: GivenCommand, now: Date): Promise<Command> {
  const given = request.arguments ?? {}
  if (!Value.Check(gatewayCommands[request.name], given)) throw invalidCommand(`The arguments are not those of ${request.name}.`)
  const before = idempotencyKey === undefined ? undefined
    : await trx('gateway_command')
      .where({ gateway_id: gatewayId, idempotency_key: idempotencyKey })
      .first<(CommandRow & { same: boolean }) | undefined>(
        ...columns,
        trx.raw('(name = ? and arguments = ?::jsonb) as same', [request.name, jsonText(given)]),
      )
  if (before !== undefined) {
    if (!before.same) throw idempotencyKeyReused('Use a new key for a new command.')
    return toCommand(before, now)
  }
  const waiting = await trx('gateway_command')
    .where({ gateway_id: gatewayId })
    .whereRaw(pending)
    .first<{ all: number; films: number }>(trx.raw(`count(*)::integer as all, count(*) filter (where name = 'printFilms')::integer as films`))
  if (waiting.all >= maxPending || (request.name === 'printFilms' && waiting.films >= maxPendingFilms)) throw tooManyCommands('Revoke the gateway if it is gone, or wait until it has taken what waits.')
  const [row] = await trx('gateway_command').insert({
    organisation_id: organisationId, gateway_id: gatewayId, name: request.name, arguments: jsonText(given), created_by: actor,
    idempotency_key: idempotencyKey ?? null, expires_at: new Date(now.getTime() + (request.expiresAfterSeconds ?? defaultExpirySeconds) * 1000),
  }).returning<CommandRow[]>([...columns])
  if (row === undefined) throw new Error('The command was not added.')
  await record(trx, [{ organisationId, actor, action: 'gateway.command', outcome: 'success', detail: { gatewayId, commandId: row.command_id, name: request.name } }])
  return toCommand(row, now)
}

/** Takes a command back that the gateway has not been given yet; one it has been given stays. */
export async function withdrawCommand(trx: Trx, { organisationId, gatewayId }: GatewayRef, idempotencyKey: string): Promise<void> {
  await trx('gateway_command').where({ organisation_id: organisationId, gateway_id: gatewayId, idempotency_key: idempotencyKey }).whereNull('delivered_at').whereNull('finished_at').delete()
}

/** Commands of one gateway, newest first. */
export async function newestCommands(db: Db, { organisationId, gatewayId }: GatewayRef, now: Date): Promise<Command[]> {
  const found = await db('gateway_command').where({ organisation_id: organisationId, gateway_id: gatewayId })
    .orderBy([{ column: 'created_at', order: 'desc' }, { column: 'command_id', order: 'desc' }]).limit(shownCommands).select<CommandRow[]>(...columns)
  return found.map((row) => toCommand(row, now))
}

/** Writes down what became of commands. A result that is told again, or of a command that is not the gateway's, changes nothing. */
export async function finishCommands(trx: Trx, { organisationId, gatewayId }: GatewayRef, results: readonly CommandResult[]): Promise<void> {
  for (const { commandId, outcome, value, reason } of results) {
    const finished = await trx('gateway_command').where({ organisation_id: organisationId, gateway_id: gatewayId, command_id: commandId }).whereNull('finished_at').update({
      finished_at: trx.fn.now(), delivered_at: trx.raw('coalesce(delivered_at, now())'), outcome,
      value: value === undefined ? null : jsonText(value), reason: reason ?? null,
    })
    if (finished === 1) {
      await record(trx, [{ organisationId, actor: `gateway:${gatewayId}`, action: 'gateway.command-result', outcome: outcome === 'succeeded' ? 'success' : 'failed', detail: { gatewayId, commandId } }])
    }
  }
}

/** What the gateway is to do, oldest first; it stays until its result is told. */
export async function deliverCommands(trx: Trx, { organisationId, gatewayId }: GatewayRef): Promise<IssuedCommand[]> {
  const due = await trx('gateway_command').where({ organisation_id: organisationId, gateway_id: gatewayId }).whereRaw(pending)
    .orderBy(['created_at', 'command_id']).limit(maxDelivered).select<Pick<CommandRow, 'command_id' | 'name' | 'arguments'>[]>('command_id', 'name', 'arguments')
  const ids = due.map(({ command_id }) => command_id)
  if (ids.length > 0) await trx('gateway_command').whereIn('command_id', ids).whereNull('delivered_at').update({ delivered_at: trx.fn.now() })
  return due.map((row) => ({ commandId: row.command_id, name: row.name, arguments: row.arguments }))
}

/** True when an administrator is at work on the gateway: it should not wait long until it asks again. */
export async function hasRecentCommand(db: Db, { gatewayId }: GatewayRef, since: Date): Promise<boolean> {
  return await db('gateway_command').where({ gateway_id: gatewayId }).where('created_at', '>', since).first('command_id') !== undefined
}

/** Removes what was finished, or expired, before. */
export async function forgetCommands(db: Db, before: Date): Promise<void> {
  await db('gateway_command').where((old) => old.where('finished_at', '<', before).orWhere((late) => late.whereNull('finished_at').where('expires_at', '<', before))).delete()
}
