/** A date as DICOM writes it (PS3.5 §6.2, DA) as calendars do: `20260213` as `2026-02-13`. Empty where there is none; what is no such date stays as it is. */
export const dicomDate = (date: string | undefined): string => (date ?? '').replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
