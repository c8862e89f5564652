/** What the writer and the reader of the Native DICOM Model share (PS3.19 §A.1). */

export const nativeModelNamespace = 'http://dicom.nema.org/PS3.19/models/NativeDICOM'

/** Component groups of a person name, in the order of PS3.19 Table A.1.5-2. */
export const nameGroups = ['Alphabetic', 'Ideographic', 'Phonetic'] as const

/** Components of a group, in the order of PS3.5 §6.2.1.1. */
export const nameComponents = ['FamilyName', 'GivenName', 'MiddleName', 'NamePrefix', 'NameSuffix'] as const

/** A number as text that `Number` reads back exactly. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
