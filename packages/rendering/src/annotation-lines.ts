/** What is written on images of their patient, how they were made, and how they were arranged. */
import type { DicomJson, Keyword } from '@isocenter/dicom'
import { textOf, textsOf } from './attributes.ts'
import type { View } from './view.ts'
import type { Window } from './window.ts'

export const annotationKinds = ['patient', 'technique'] as const
export type AnnotationKind = (typeof annotationKinds)[number]
export type AnnotationLanguage = 'en' | 'zh-CN'

interface Words {
  /** PS3.5 §6.2, AS: days, weeks, months, years. */
  readonly ages: Readonly<Record<string, (n: number) => string>>
  readonly inverted: string
  readonly turned: (degrees: number) => string
  readonly mirrored: string
  readonly part: string
}

const words: Readonly<Record<AnnotationLanguage, Words>> = {
  en: { ages: { D: (n) => `${n} D`, W: (n) => `${n} W`, M: (n) => `${n} M`, Y: (n) => `${n} Y` }, inverted: 'inverted', turned: (degrees) => `turned ${degrees}°`, mirrored: 'mirrored', part: 'part of the image' },
  'zh-CN': { ages: { D: (n) => `${n}天`, W: (n) => `${n}周`, M: (n) => `${n}个月`, Y: (n) => `${n}岁` }, inverted: '反色', turned: (degrees) => `旋转 ${degrees}°`, mirrored: '镜像', part: '局部' },
}

/** Who the image is of; what is not recorded is not written. */
export function patientLines(json: DicomJson, language: AnnotationLanguage = 'en'): string[] {
  const name = textsOf(json, 'PatientName')[0] ?? ''
  const birth = textOf(json, 'PatientBirthDate')
  const age = textOf(json, 'PatientAge')
  const details = [textOf(json, 'PatientID'), textOf(json, 'PatientSex'), birth && readableDate(birth), age && readableAge(age, language)]
  return [name, details.filter((detail) => detail).join('  '), textOf(json, 'AccessionNumber') ?? ''].filter((line) => line !== '')
}

/** What is measured finely is written so; a place along the body by tenths of a millimetre. */
const usualDigits = 3
const technique: readonly (readonly [Keyword, label: string, unit: string, digits?: number])[] = [
  ['KVP', '', 'kV'], ['XRayTubeCurrent', '', 'mA'], ['Exposure', '', 'mAs'], ['ExposureTime', '', 'ms'], ['RepetitionTime', 'TR', 'ms'],
  ['EchoTime', 'TE', 'ms'], ['FlipAngle', 'FA', '°'], ['SliceThickness', 'T', 'mm'], ['SliceLocation', 'L', 'mm', 1],
]

/** How the image was made; `window` is the one it is shown with, where one is asked for. */
export function techniqueLines(json: DicomJson, window: Window | undefined): string[] {
  const date = textOf(json, 'AcquisitionDate') ?? textOf(json, 'ContentDate') ?? textOf(json, 'StudyDate')
  const values = technique.flatMap(([keyword, label, unit, digits = usualDigits]) => {
    const value = textOf(json, keyword)
    return value === undefined ? [] : [`${label === '' ? '' : `${label} `}${readableNumber(value, digits)} ${unit}`]
  })
  return [
    [textOf(json, 'Modality'), textOf(json, 'InstitutionName'), date && readableDate(date)].filter((part) => part).join('  '),
    textOf(json, 'SeriesDescription') ?? '',
    values.join('  '),
    window ? `W ${readableNumber(window.width, usualDigits)}  L ${readableNumber(window.center, usualDigits)}` : '',
  ].filter((line) => line !== '')
}

/** In what an image as it was seen differs from the image as it is stored; undefined where in nothing. */
export function viewLine({ isInverted = false, rotation = 0, isFlipped = false, area }: View, language: AnnotationLanguage = 'en'): string | undefined {
  const { inverted, turned, mirrored, part } = words[language]
  const said = [...(isInverted ? [inverted] : []), ...(rotation === 0 ? [] : [turned(rotation)]), ...(isFlipped ? [mirrored] : []), ...(area ? [part] : [])]
  return said.length === 0 ? undefined : said.join(' · ')
}

const readableDate = (date: string) => date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')

function readableAge(age: string, language: AnnotationLanguage): string {
  const [, count, unit = ''] = /^(\d{3})([DWMY])$/.exec(age) ?? []
  return words[language].ages[unit]?.(Number(count)) ?? age
}

/** A number with no more decimals than that; what is none as it stands there. */
function readableNumber(value: string | number, digits: number): string {
  const number = Number(value)
  return Number.isFinite(number) ? String(Number(number.toFixed(digits))) : String(value)
}
