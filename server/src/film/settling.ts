/** What gateways report of the films they were to print. */
import { PrintOutcome, type CommandResult } from '@isocenter/contracts'
import { Value } from 'typebox/value'
import { rows, type Trx } from '../platform/db.ts'
import { jsonText } from '../platform/json-text.ts'

/** Writes down what became of print jobs, beside the results of the commands they were given by. Told twice, the first holds. */
export async function settlePrintJobs(trx: Trx, { organisationId, gatewayId }: { readonly organisationId: string; readonly gatewayId: string }, results: readonly CommandResult[]): Promise<void> {
  for (const { commandId, outcome, value } of results) {
    const told: PrintOutcome = outcome === 'succeeded' && Value.Check(PrintOutcome, value) ? value : { sheets: 0, warnings: [], failure: { reason: 'interrupted' } }
    await rows(trx, `
      update print_job set outcome = ?::jsonb, finished_at = now(), begun_at = coalesce(begun_at, now())
      from gateway_command c where c.organisation_id = ? and c.gateway_id = ? and c.command_id = ? and c.name = 'printFilms'
        and print_job.organisation_id = c.organisation_id and print_job.gateway_id = c.gateway_id
        and print_job.job_id::text = c.arguments ->> 'jobId' and print_job.finished_at is null and print_job.cancelled_at is null`,
    [jsonText(told), organisationId, gatewayId, commandId])
  }
}
