import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { chooseLanguage, type Language } from './chosen-language.ts'
import { createFormats, type Formats } from './formats.ts'
import { usePreference } from './preference.ts'

/** Each language by its own name, as somebody looking for it reads it. */
export const languageNames: Readonly<Record<Language, string>> = { 'zh-CN': '简体中文', en: 'English' }

/** One text in every language: the others must have what the first has, which their type sees to. */
export type Translations<Words> = Readonly<Record<Language, Words>>

interface LanguageContext {
  readonly language: Language
  readonly setLanguage: (language: Language) => void
  readonly formats: Formats
}

const Context = createContext<LanguageContext | undefined>(undefined)

/** The language of everything inside; tells the document, so that it is read aloud and hyphenated as what it is. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setLanguage] = usePreference('language')
  const language = chooseLanguage(chosen, navigator.languages)
  useEffect(() => { document.documentElement.lang = language }, [language])
  const value = useMemo(() => ({ language, setLanguage, formats: createFormats(language) }), [language, setLanguage])
  return <Context value={value}>{children}</Context>
}

export function useLanguage(): LanguageContext {
  const context = useContext(Context)
  if (!context) throw new Error('A LanguageProvider must stand above.')
  return context
}

/** The words of the language at hand. */
export function useWords<Words>(translations: Translations<Words>): Words {
  return translations[useLanguage().language]
}
