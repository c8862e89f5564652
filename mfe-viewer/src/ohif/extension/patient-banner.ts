/** Who is seen in a pane, in its corner: panes may show studies of several patients, and must not be mixed up (VIEW-04). */

/** A name as OHIF has it: DICOM JSON's groups, or plain text. */
type PersonName = string | { readonly Alphabetic?: string; readonly Ideographic?: string } | readonly PersonName[] | null | undefined

/** OHIF has null for an attribute without a value. */
export interface Patient {
  readonly PatientName?: PersonName
  readonly PatientID?: string | null
  readonly PatientSex?: string | null
  readonly PatientBirthDate?: string | null
}

/** How the person writes the name; the parts in the order of the standard. */
export function writtenName(name: PersonName): string {
  if (name === undefined || name === null) return ''
  if (typeof name === 'object' && !('Alphabetic' in name) && Array.isArray(name)) return writtenName((name as readonly PersonName[])[0])
  const text = typeof name === 'string' ? name : (name as { Ideographic?: string }).Ideographic ?? (name as { Alphabetic?: string }).Alphabetic ?? ''
  return text.split('^').filter((part) => part !== '').join(/[\u3400-\u9fff]/.test(text) ? '' : ' ')
}

/** Number, sex and date of birth in one line. */
const identityOf = ({ PatientID, PatientSex, PatientBirthDate }: Patient): string =>
  [PatientID ?? '', PatientSex ?? '', (PatientBirthDate ?? '').replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')].filter((part) => part !== '').join(' · ')

/** Both lines, for panes of ours. */
export const patientLines = (patient: Patient): readonly string[] => [writtenName(patient.PatientName), identityOf(patient)].filter((line) => line !== '')

const item = (id: string, textOf: (patient: Patient) => string) => ({
  id, inheritsFrom: 'ohif.overlayItem', label: '', title: '',
  condition: ({ referenceInstance }: { readonly referenceInstance?: Patient }) => referenceInstance !== undefined && textOf(referenceInstance) !== '',
  contentF: ({ referenceInstance }: { readonly referenceInstance: Patient }) => textOf(referenceInstance),
})

/** Lines above what OHIF shows there itself. */
export const patientBanner = {
  'viewportOverlay.topLeft': {
    $unshift: [
      item('isocenter.PatientName', ({ PatientName }) => writtenName(PatientName)),
      item('isocenter.Patient', identityOf),
    ],
  },
}
