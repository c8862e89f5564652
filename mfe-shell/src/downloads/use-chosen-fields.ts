import { personalCentre, session } from '@isocenter/api-client'
import type { ExportFields } from '@isocenter/contracts'
import { useAction, useResource } from '@isocenter/design-system'

export interface ChosenFields {
  /** Undefined until it is known. */
  readonly keys: readonly string[] | undefined
  readonly remember: (chosen: readonly string[]) => Promise<void>
}

/** Fields somebody exports a list with, on all his devices; the usual ones as long as he has chosen none. */
export function useChosenFields(list: string, fields: ExportFields | undefined): ChosenFields {
  const name = `${list}-export`
  const stored = useResource(name, (signal) => personalCentre(session.api).columnLayout(name, signal))
  const { run } = useAction()
  const chosen = new Map((stored.value?.columns ?? []).map(({ column, isShown }) => [column, isShown]))
  // A file can be had whether or not it is known what was chosen before.
  const isKnown = stored.value !== undefined || stored.error !== undefined
  return {
    keys: fields === undefined || !isKnown ? undefined : fields.items.filter(({ key, isUsual }) => chosen.get(key) ?? isUsual).map(({ key }) => key),
    remember: async (keys) => { await run(() => personalCentre(session.api).putColumnLayout(name, { columns: (fields?.items ?? []).map(({ key }) => ({ column: key, isShown: keys.includes(key) })) }), { isQuiet: true }) },
  }
}
