/** Values that people may correct: dates are written in fields as calendars write them, and sent as DICOM does. */
import { correctable, type CorrectableKeyword } from '@isocenter/contracts'
import { writtenTime } from './row-text.ts'

export const shownValue = (keyword: CorrectableKeyword, value: string): string => (correctable[keyword].kind === 'date' ? writtenTime(value) : value)
export const sentValue = (keyword: CorrectableKeyword, value: string): string => (correctable[keyword].kind === 'date' ? value.replaceAll('-', '') : value)
