/** The language the page chose (packages/design-system), which its viewer speaks too; the release's own texts follow the browser. */
const languages = ['en', 'zh-CN'] as const
export type Language = typeof languages[number]

/** @param chosen what this browser's user chose, if anything */
export function languageOf(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === 'en' || chosen === 'zh-CN') return chosen
  const first = preferred.find((one) => /^(zh|en)\b/i.test(one))
  return first?.toLowerCase().startsWith('zh') === true ? 'zh-CN' : 'en'
}

function readChosen(): string | null {
  try {
    return localStorage.getItem('isocenter.language')
  } catch {
    // Storage is switched off in this browser: the page has no choice kept either.
    return null
  }
}

export const language = (): Language => languageOf(readChosen(), navigator.languages)
