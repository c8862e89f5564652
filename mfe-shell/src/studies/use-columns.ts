import { personalCentre, session } from '@isocenter/api-client'
import { useAction, useMedia, useResource } from '@isocenter/design-system'
import { useState } from 'react'
import { studyColumns, type StudyColumn } from './columns.tsx'

const list = 'studies'

export interface ShownColumns {
  readonly shown: readonly StudyColumn[]
  /** Those one may choose among. */
  readonly choosable: readonly StudyColumn[]
  readonly show: (names: readonly string[]) => void
  readonly reset: () => void
}

/**
 * Which columns somebody wants to see, on all his devices (LIST-02).
 * @param ofView columns of the view that is shown, which go before one's own choice
 */
export function useColumns(seesIdentities: boolean, ofView?: readonly string[]): ShownColumns {
  const stored = useResource(list, (signal) => personalCentre(session.api).columnLayout(list, signal)).value
  const [chosen, setChosen] = useState<readonly { readonly column: string; readonly isShown: boolean }[]>()
  const { run } = useAction()
  const isWide = useMedia('(min-width: 1340px)')
  const layout = new Map((chosen ?? stored?.columns ?? []).map(({ column, isShown }) => [column, isShown]))
  const allowed = studyColumns.filter(({ isIdentity }) => isIdentity !== true || seesIdentities)
  const isShown = ({ name, isShown: isUsual, isMinor, isFixed }: StudyColumn) => isFixed === true || (ofView?.includes(name) ?? layout.get(name) ?? (isUsual && (isWide || isMinor !== true)))
  const put = (columns: { column: string; isShown: boolean }[]) => {
    setChosen(columns)
    void run(() => personalCentre(session.api).putColumnLayout(list, { columns }))
  }
  return {
    shown: allowed.filter(isShown), choosable: allowed.filter(({ isFixed }) => isFixed !== true),
    show: (names) => { put(allowed.filter(({ isFixed }) => isFixed !== true).map(({ name }) => ({ column: name, isShown: names.includes(name) }))) },
    reset: () => { put([]) },
  }
}
