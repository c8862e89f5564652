import { useCallback } from 'react'
import { useLanguage, useWords, type Translations } from '../language.tsx'
import { en, type ProblemWords } from './en.ts'
import type { ProblemLike } from './problem-like.ts'
import { zhCN } from './zh-cn.ts'

const words: Translations<ProblemWords> = { en, 'zh-CN': zhCN }

/** What went wrong in the user's language; kinds that have no sentence of their own say the server's. */
export function useProblemText(): (problem: ProblemLike) => string {
  const { kinds, later, other } = useWords(words)
  const { language } = useLanguage()
  return useCallback(({ code, status, detail, retryAfterSeconds }: ProblemLike) => {
    if (code === 'too-many-requests' && retryAfterSeconds !== undefined) return later(Math.ceil(retryAfterSeconds / 60))
    if (Object.hasOwn(kinds, code)) return kinds[code as keyof typeof kinds]
    // The server's own sentences are English, and better than none.
    return status >= 500 || detail === '' ? other : language === 'en' ? detail : `${other}（${detail}）`
  }, [kinds, later, other, language])
}
