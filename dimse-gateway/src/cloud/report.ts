/** What the gateway tells the cloud of itself: what its console shows, cut to the lengths the cloud takes. */
import { maxReportBytes, maxUnknownSenders, ReportRequest, type CommandResult } from '@isocenter/contracts'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { GatewayControl } from '../control/actions.ts'
import { nodeWithoutWords } from './without-words.ts'

export type ReportedControl = Pick<GatewayControl, 'state' | 'unknownSenders' | 'configuration'>

/**
 * One report. The configuration goes along when the cloud has another revision of it, and when there is room for it.
 * @throws Error when the gateway's state cannot be told in the cloud's terms: a defect, found by a test and not by a user
 */
export async function makeReport(control: ReportedControl, { knownRevision, results }: { knownRevision: number | undefined; results: readonly CommandResult[] }): Promise<ReportRequest> {
  const [state, unknownSenders] = await Promise.all([control.state(), control.unknownSenders()])
  const { revision, cloud: _binding, ...document } = control.configuration()
  const whole: ReportRequest = {
    state: { ...state, nodes: state.nodes.map(nodeWithoutWords) }, unknownSenders: newestFirst(unknownSenders).slice(0, maxUnknownSenders), configuration: { revision, ...(revision !== knownRevision && { document }) }, results: [...results],
  }
  const report = fitted(ReportRequest, whole) as ReportRequest
  const first = Value.Errors(ReportRequest, report)[0]
  if (first) throw new Error(`The state of the gateway cannot be reported: ${first.instancePath} ${first.message}`)
  const { document: reported, ...configuration } = report.configuration
  return reported && Buffer.byteLength(JSON.stringify(report)) > maxReportBytes ? { ...report, configuration } : report
}

const newestFirst = <Sender extends { readonly lastSeenAt: string }>(senders: readonly Sender[]): Sender[] =>
  senders.toSorted((a, b) => Date.parse(b.lastSeenAt) - Date.parse(a.lastSeenAt))

interface Bounded {
  readonly maxLength?: number
  readonly maxItems?: number
  readonly items?: TSchema
  readonly properties?: Readonly<Record<string, TSchema>>
}

/** A value with everything the schema does not have left out, and what is too long cut (never through a character). */
function fitted(schema: TSchema, value: unknown): unknown {
  const { maxLength, maxItems, items, properties } = schema as Bounded
  if (typeof value === 'string') return value.slice(0, maxLength).toWellFormed()
  if (Array.isArray(value) && items !== undefined) return value.slice(0, maxItems).map((one) => fitted(items, one))
  if (typeof value !== 'object' || value === null || properties === undefined) return value
  const members = Object.entries(value).filter(([name, member]) => member !== undefined && name in properties)
  return Object.fromEntries(members.map(([name, member]) => [name, fitted(properties[name] as TSchema, member)]))
}
