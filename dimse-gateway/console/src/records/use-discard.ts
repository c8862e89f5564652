import { useLanguage } from '@isocenter/design-system'
import type { DiscardSelection } from '../../../src/control/wire/records.ts'
import { useConsoleWords } from '../words/index.ts'
import { useAskedChange } from './use-asked-change.ts'

/** Has objects that go nowhere deleted, after a question, and says how many. */
export function useDiscard(): { readonly discard: (selection: DiscardSelection) => Promise<void>; readonly isBusy: boolean } {
  const { records: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { change, isBusy } = useAskedChange<DiscardSelection, { discarded: number }>({
    path: '/objects/discard', question: { title: words.confirmDiscard, hint: words.confirmDiscardHint, action: words.discard },
    said: ({ discarded }) => words.discarded(formats.number(discarded), discarded === 1),
  })
  return { discard: change, isBusy }
}
