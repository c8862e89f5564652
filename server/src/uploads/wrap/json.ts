import { attribute, formatTag, type DicomJson, type DicomJsonAttribute, type Keyword } from '@isocenter/dicom'

type Scalar = string | number
/** `null` is there without a value (Type 2), `undefined` is absent. */
export type Values = { readonly [K in Keyword]?: Scalar | null | undefined | readonly Scalar[] | readonly Values[] }

/** DICOM JSON of attributes by keyword; person names as `Alphabetic=Ideographic=Phonetic`. */
export function json(values: Values): DicomJson {
  return Object.fromEntries(Object.entries(values).flatMap(([keyword, value]): [string, DicomJsonAttribute][] => {
    const known = attribute(keyword as Keyword)
    const vr = known?.vr[0]
    if (known === undefined || vr === undefined) throw new TypeError(`PS3.6 has no ${keyword}`)
    if (value === undefined) return []
    const all = value === null ? [] : [value].flat() as readonly (Scalar | Values)[]
    const Value = all.map((one) => (typeof one === 'object' ? json(one) : vr === 'PN' ? nameOf(String(one)) : one))
    return [[formatTag(known.tag), Value.length === 0 ? { vr } : { vr, Value }]]
  }))
}

function nameOf(text: string): Record<string, string> {
  const groups = text.split('=')
  return Object.fromEntries((['Alphabetic', 'Ideographic', 'Phonetic'] as const).flatMap((group, nth) => (groups[nth] === undefined || groups[nth] === '' ? [] : [[group, groups[nth]]])))
}
