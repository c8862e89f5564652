import { useLanguage } from '@isocenter/design-system'
import type { LostSelection } from '../../../src/control/wire/records.ts'
import { useConsoleWords } from '../words/index.ts'
import { useAskedChange } from './use-asked-change.ts'

/** Marks as seen, after a question, that instances were lost here before they had arrived, and says how many. */
export function useLostSeen(): { readonly markSeen: (selection: LostSelection) => Promise<void>; readonly isBusy: boolean } {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { change, isBusy } = useAskedChange<LostSelection, { seen: number }>({
    path: '/objects/lost/seen', question: { title: words.confirmLostSeen, hint: words.confirmLostSeenHint, action: words.lostSeen, isDangerous: false },
    said: ({ seen }) => words.lostWasSeen(formats.number(seen), seen === 1),
  })
  return { markSeen: change, isBusy }
}
