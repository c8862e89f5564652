import { textOf, type DicomJson } from '@isocenter/dicom'

/** The first value of an attribute as text; undefined where there is none. */
export function firstText(attributes: DicomJson, tag: string): string | undefined {
  const value = attributes[tag]?.Value?.[0]
  return value === undefined ? undefined : textOf(value)
}
