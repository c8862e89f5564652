/** The cloud's commands: done by the functions of the gateway's own console, by the same rules. */
import { isDeepStrictEqual } from 'node:util'
import { gatewayCommands, type CommandResult, type GatewayCommandArguments, type GatewayCommandName, type IssuedCommand } from '@isocenter/contracts'
import { Value } from 'typebox/value'
import type { Node } from '../configuration/nodes.ts'
import { cloudNodesOf, organisationKey } from '../configuration/organisation.ts'
import type { Configuration, Peer } from '../configuration/schema.ts'
import type { GatewayControl } from '../control/actions.ts'
import { printerTestWithoutWords, reasonWithoutWords, testWithoutWords } from './without-words.ts'

export type CommandedControl = Pick<GatewayControl, 'startService' | 'stopService' | 'configuration' | 'setConfiguration' | 'addPeer' | 'pauseNode' | 'resumeNode' | 'testNode' | 'retryDeliveries' | 'fetchStudies' | 'fetchMatching' | 'cancelFetches' | 'printFilms' | 'testPrinter'>

const maxReasonLength = 500
const maxValueBytes = 16 * 1024

type Doers = { readonly [Name in GatewayCommandName]: (control: CommandedControl, given: GatewayCommandArguments<Name>) => Promise<unknown> }

/** What each command is here. The control checks what belongs into the configuration, as it does for the console. */
const doers: Doers = {
  startService: (control) => control.startService(),
  stopService: (control) => control.stopService(),
  setConfiguration: async (control, { change, ifRevision }) => {
    const forbidden = ['revision', 'cloud'].filter((section) => section in change)
    if (forbidden.length > 0) throw new Error(`These are not set from afar: ${forbidden.join(', ')}.`)
    assertOthersKept(control.configuration(), change['nodes'])
    return { revision: (await control.setConfiguration(change, ifRevision)).revision }
  },
  addPeer: async (control, { peer }) => ({ revision: (await control.addPeer(peer as Peer)).revision }),
  pauseNode: (control, { nodeId }) => control.pauseNode(nodeId),
  resumeNode: (control, { nodeId }) => control.resumeNode(nodeId),
  testNode: async (control, { nodeId }) => testWithoutWords(await control.testNode(nodeId)),
  retryDeliveries: (control, selection) => control.retryDeliveries(selection),
  fetchStudies: (control, { nodeId, studies }) => control.fetchStudies(nodeId, studies),
  fetchDays: (control, { nodeId, StudyDate }) => control.fetchMatching(nodeId, { StudyDate }),
  cancelFetches: (control, { nodeId }) => control.cancelFetches(nodeId),
  printFilms: (control, { printerId, jobId }) => control.printFilms(printerId, jobId),
  testPrinter: async (control, { printerId }) => printerTestWithoutWords(await control.testPrinter(printerId)),
}

/** What waits for another organisation is not for this one to send elsewhere. @throws Error */
function assertOthersKept({ cloud, nodes }: Configuration, changed: unknown): void {
  if (changed === undefined) return
  const own = cloudNodesOf(nodes, cloud && organisationKey(cloud))
  const others = nodes.filter((node) => node.kind === 'cloud' && !own.includes(node))
  const isKept = (node: Node): boolean => Array.isArray(changed) && changed.some((one) => isDeepStrictEqual(one, node))
  if (!others.every(isKept)) throw new Error('Nodes of an organisation the gateway was bound to before are not set from afar.')
}

const isKnown = (name: string): name is GatewayCommandName => Object.hasOwn(gatewayCommands, name)

/** Does a command and tells what became of it; a command that fails is a result too. */
export async function doCommand(control: CommandedControl, { commandId, name, arguments: given }: IssuedCommand): Promise<CommandResult> {
  const failed = (reason: string): CommandResult => ({ commandId, outcome: 'failed', reason: reason.slice(0, maxReasonLength) })
  if (!isKnown(name)) return failed(`This gateway's version knows no command ${name}.`)
  if (!Value.Check(gatewayCommands[name], given)) return failed(`The arguments are not those of ${name}.`)
  try {
    // Checked just above; the pairing of name and arguments is beyond the types.
    const value = await (doers[name] as (control: CommandedControl, given: unknown) => Promise<unknown>)(control, given)
    return { commandId, outcome: 'succeeded', ...(value !== undefined && JSON.stringify(value).length <= maxValueBytes && { value }) }
  } catch (error) {
    return failed(reasonWithoutWords(error))
  }
}
