/** Which language a screen speaks, without a framework: the viewer, which is another's, asks it too. */
import { readPreference } from './preference-store.ts'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

/**
 * The language of a screen: the one chosen before, else the first of the browser's that we have. Every Chinese reads our Chinese
 * sooner than our English; who reads neither gets English.
 */
export function chooseLanguage(chosen: string | undefined, preferred: readonly string[]): Language {
  const known = languages.find((language) => language === chosen)
  if (known) return known
  for (const tag of preferred) {
    const [primary = ''] = tag.toLowerCase().split('-')
    if (primary === 'zh') return 'zh-CN'
    if (primary === 'en') return 'en'
  }
  return 'en'
}

/** The language now. */
export const chosenLanguage = (): Language => chooseLanguage(readPreference('language'), navigator.languages)
