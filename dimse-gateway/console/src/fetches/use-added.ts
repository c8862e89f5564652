import { useLanguage } from '@isocenter/design-system'
import { App } from 'antd'
import { useCallback } from 'react'
import type { FetchesAdded } from '../../../src/control/wire/fetches.ts'
import { useConsoleWords } from '../words/index.ts'

/** Says how many studies are fetched now. */
export function useAdded(): (answer: FetchesAdded) => void {
  const { fetches: words } = useConsoleWords()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  return useCallback(({ added, hasMore }: FetchesAdded) => {
    const text = words.added(formats.number(added), added === 1)
    void (hasMore ? message.warning(`${text} ${words.addedHasMore}`, 8) : message.success(text))
  }, [formats, message, words])
}
