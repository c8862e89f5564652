import { useWords, type Translations } from '@isocenter/design-system'
import { en, type Words } from './en.ts'
import { zhCN } from './zh-cn.ts'

const words: Translations<Words> = { en, 'zh-CN': zhCN }

/** The shell's words in the language at hand. */
export const useShellWords = (): Words => useWords(words)
export type { Words } from './en.ts'
