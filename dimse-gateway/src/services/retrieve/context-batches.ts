import type { SelectedInstance } from './selected-instances.ts'
import { formsOf } from './sendable.ts'

/** Presentation contexts have the odd ids from 1 to 255 (PS3.8 §9.3.2.2). */
const maxContexts = 128

export interface ContextBatch {
  readonly instances: readonly SelectedInstance[]
  readonly contexts: readonly { readonly abstractSyntax: string; readonly transferSyntaxes: readonly string[] }[]
}

/**
 * Instances in groups whose presentation contexts fit into one association each. A transfer syntax has a context of its own, so that
 * the receiver's choice says which of them it takes.
 */
export function contextBatches(instances: readonly SelectedInstance[]): ContextBatch[] {
  const batches: { instances: SelectedInstance[]; contexts: Map<string, { abstractSyntax: string; transferSyntaxes: readonly string[] }> }[] = []
  for (const instance of instances) {
    const needed = [...formsOf(instance)].map((transferSyntaxUID) => ({ abstractSyntax: instance.SOPClassUID, transferSyntaxes: [transferSyntaxUID] }))
    const last = batches.at(-1)
    const added = needed.filter((context) => !last?.contexts.has(keyOf(context)))
    const batch = last && last.contexts.size + added.length <= maxContexts ? last : undefined
    const into = batch ?? { instances: [], contexts: new Map<string, { abstractSyntax: string; transferSyntaxes: readonly string[] }>() }
    if (!batch) batches.push(into)
    for (const context of needed) into.contexts.set(keyOf(context), context)
    into.instances.push(instance)
  }
  return batches.map((batch) => ({ instances: batch.instances, contexts: [...batch.contexts.values()] }))
}

const keyOf = ({ abstractSyntax, transferSyntaxes }: { abstractSyntax: string; transferSyntaxes: readonly string[] }): string => `${abstractSyntax} ${transferSyntaxes.join(' ')}`

