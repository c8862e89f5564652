import { auditActionWords } from '@isocenter/contracts'
import type { Language } from '@isocenter/design-system'

/** What was done, by the action; releases to come may name others. */
export const actionWords = (language: Language): Readonly<Record<string, string | undefined>> => auditActionWords[language]
