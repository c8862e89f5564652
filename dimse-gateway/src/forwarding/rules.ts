/** Which nodes an object is meant for. */
import { isWithinHours } from '../configuration/hours.ts'
import type { Node } from '../configuration/nodes.ts'
import type { Rule } from '../configuration/rules.ts'

/** What rules look at. */
export interface Routable {
  readonly receivedAt: Date
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly Modality?: string | undefined
  readonly SOPClassUID: string
}

export interface Routes {
  readonly nodes: readonly Pick<Node, 'id' | 'default'>[]
  readonly rules: readonly Rule[]
}

export interface Destination {
  readonly nodeId: string
  readonly urgent: boolean
}

/** The nodes of every rule that matches, each once, urgent when one of its rules is; the default nodes where no rule matches. Nodes that do not exist are left out. */
export function destinationsOf(object: Routable, { nodes, rules }: Routes): Destination[] {
  const matching = rules.filter(({ when }) => matches(when, object))
  if (matching.length === 0) return nodes.filter((node) => node.default).map(({ id }) => ({ nodeId: id, urgent: false }))
  const urgency = new Map<string, boolean>()
  for (const { to, urgent } of matching) for (const nodeId of to) urgency.set(nodeId, urgent || urgency.get(nodeId) === true)
  return nodes.flatMap(({ id }) => {
    const urgent = urgency.get(id)
    return urgent === undefined ? [] : [{ nodeId: id, urgent }]
  })
}

function matches(when: Rule['when'], object: Routable): boolean {
  return includes(when.callingAETitles, object.callingAETitle)
    && includes(when.calledAETitles, object.calledAETitle)
    && includes(when.modalities, object.Modality ?? '')
    && includes(when.SOPClassUIDs, object.SOPClassUID)
    && isWithinHours(when.hours, object.receivedAt)
}

/** Leading and trailing spaces of an AE title are of no meaning (PS3.5 §6.2). */
const includes = (alternatives: readonly string[] | undefined, value: string): boolean =>
  alternatives === undefined || alternatives.some((one) => one.trim() === value.trim())
