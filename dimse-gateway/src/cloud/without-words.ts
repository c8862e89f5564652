/** What other nodes say of their troubles stays on the machine: an archive's own words may name a patient. */
import { ProblemError } from '../control/problems.ts'
import type { Failure, GatewayState, NodeTest, PrinterTest } from '../control/wire/state.ts'

type NodeState = GatewayState['nodes'][number]

const codeOf = <Told extends Failure>({ text: _words, ...told }: Told): Omit<Told, 'text'> => told

/** A node's state, of its last failure the code alone. */
export const nodeWithoutWords = ({ lastFailure, ...node }: NodeState): NodeState => ({ ...node, ...(lastFailure && { lastFailure: codeOf(lastFailure) }) })

/** A test of a node, of its failures the codes alone. */
export const testWithoutWords = ({ steps, ...test }: NodeTest): NodeTest =>
  ({ ...test, steps: steps.map(({ failure, ...step }) => ({ ...step, ...(failure && { failure: codeOf(failure) }) })) })

/** A test of a film printer, of its failure the code alone; its state is words the standard defines. */
export const printerTestWithoutWords = ({ failure, ...test }: PrinterTest): PrinterTest => ({ ...test, ...(failure && { failure: codeOf(failure) }) })

/** Why a command failed; where another node had to do with it, by the code of that. */
export function reasonWithoutWords(error: unknown): string {
  if (error instanceof ProblemError && error.extra['failure'] !== undefined) return `${error.kind.title}: ${(error.extra['failure'] as Failure).reason}.`
  return error instanceof Error ? error.message : 'It failed.'
}
