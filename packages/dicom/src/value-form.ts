/** What a single value of text may look like by its VR (PS3.5 Table 6.2-1). */
import type { VR } from './vr.ts'

/** The longest value, characters (PS3.5 Table 6.2-1); of PN one component group. */
const maxCharacters: Partial<Record<VR, number>> = {
  AE: 16, AS: 4, CS: 16, DA: 8, DS: 16, DT: 26, IS: 12, LO: 64, LT: 10_240, PN: 64, SH: 16, ST: 1024, TM: 14, UI: 64,
}

/** What a value looks like (PS3.5 Table 6.2-1). Dates and times only as far as digits go; nobody's calendar is checked. */
const forms: Partial<Record<VR, RegExp>> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]*$/,
  DA: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
  DS: /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/,
  DT: /^\d{4}(\d{2}){0,5}(\.\d{1,6})?([+-]\d{4})?$/,
  IS: /^ *[+-]?\d+ *$/,
  TM: /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/,
  UI: /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/,
}

/** What is wrong with one value. */
export type ValueFault = 'valueForm' | 'valueTooLong'

/** True when values of so many bytes together need not be looked at: nothing is said of their form, and none can be too long. */
export const isSurelySound = (vr: VR, byteLength: number): boolean => forms[vr] === undefined && byteLength <= (maxCharacters[vr] ?? Number.MAX_SAFE_INTEGER)

/** What is wrong with one value of this VR, or undefined; an empty value is fine. A person name is given with its groups joined by `=`. */
export function valueFault(vr: VR, text: string): ValueFault | undefined {
  const form = forms[vr]
  const max = maxCharacters[vr]
  if (form !== undefined && text !== '' && !form.test(text)) return 'valueForm'
  return max !== undefined && charactersOf(text, vr) > max ? 'valueTooLong' : undefined
}

function charactersOf(text: string, vr: VR): number {
  return vr === 'PN' ? Math.max(...text.split('=').map((group) => [...group].length)) : [...text].length
}
