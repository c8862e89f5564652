import { language, type Language } from '../language.ts'

/** A date as DICOM writes it (DA), in words of the page's language; what is none stays as it is. */
export const dateOf = (text: string, spoken: Language = language()): string => (/^\d{8}$/.test(text) ? new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00`).toLocaleDateString(spoken, { dateStyle: 'medium' }) : text)

/** A time as DICOM writes it (TM), to the minute; empty where it does not say the minute. */
export const timeOf = (text: string): string => (/^\d{4}/.test(text) ? `${text.slice(0, 2)}:${text.slice(2, 4)}` : '')
