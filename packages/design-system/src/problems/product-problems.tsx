import { useCallback, type ReactNode } from 'react'
import { useLanguage, useWords, type Translations } from '../language.tsx'
import { en, type ProblemWords } from './en.ts'
import type { ProblemLike } from './problem-like.ts'
import { ProblemTextProvider } from './problem-text.tsx'
import { zhCN } from './zh-cn.ts'

const words: Translations<ProblemWords> = { en, 'zh-CN': zhCN }

/** Problems of the product's API in the user's language; kinds that have no sentence of their own say the server's. */
export function ProductProblems({ children }: { readonly children: ReactNode }) {
  const { kinds, later, other } = useWords(words)
  const { language } = useLanguage()
  const problemText = useCallback(({ code, status, detail, retryAfterSeconds }: ProblemLike) => {
    if (code === 'too-many-requests' && retryAfterSeconds !== undefined) return later(Math.ceil(retryAfterSeconds / 60))
    if (Object.hasOwn(kinds, code)) return kinds[code as keyof typeof kinds]
    // The server's own sentences are English, and better than none.
    return status >= 500 || detail === '' ? other : language === 'en' ? detail : `${other}（${detail}）`
  }, [kinds, later, other, language])
  return <ProblemTextProvider problemText={problemText}>{children}</ProblemTextProvider>
}
