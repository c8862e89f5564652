import { attribute, formatTag, type DicomJson, type DicomJsonAttribute, type Keyword, type VR } from '@isocenter/dicom'

type Scalar = string | number
/**
 * One attribute as a test wants to write it: a value, several values, items by keyword, the bytes of a binary value;
 * `null` is present without a value (Type 2), `undefined` is absent.
 */
export type AttributeInput = Scalar | null | undefined | Uint8Array | readonly (Scalar | null)[] | readonly AttributesInput[]
export type AttributesInput = { readonly [K in Keyword]?: AttributeInput }

const binaryVRs: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN'])

/**
 * The DICOM JSON of attributes given by keyword, ascending by tag, with the VR of PS3.6 (the first one where there is a choice,
 * OB for Pixel Data of up to 8 bits allocated). Person names are written as `Alphabetic=Ideographic=Phonetic`.
 */
export function attributes(input: AttributesInput): DicomJson {
  const entries = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([keyword, value]): [string, DicomJsonAttribute] => {
      const definition = attribute(keyword as Keyword)
      if (!definition) throw new Error(`PS3.6 has no attribute ${keyword}`)
      const vr = keyword === 'PixelData' ? pixelDataVR(input) : definition.vr[0]
      if (!vr) throw new Error(`PS3.6 gives ${keyword} no VR`)
      return [formatTag(definition.tag), jsonAttribute(vr, value)]
    })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function pixelDataVR(input: AttributesInput): VR {
  return Number(input.BitsAllocated) <= 8 ? 'OB' : 'OW'
}

function jsonAttribute(vr: VR, input: AttributeInput): DicomJsonAttribute {
  if (input === null || input === undefined) return { vr }
  if (input instanceof Uint8Array) return { vr, InlineBinary: Buffer.from(input).toString('base64') }
  const values = Array.isArray(input) ? (input as readonly unknown[]) : [input]
  if (values.length === 0) return { vr }
  if (binaryVRs.has(vr)) throw new Error(`${vr} takes bytes`)
  if (vr === 'SQ') return { vr, Value: values.map((item) => attributes(item as AttributesInput)) }
  if (vr === 'PN') return { vr, Value: values.map((name) => (name === null ? null : personName(name as string))) }
  return { vr, Value: values as readonly Scalar[] }
}

function personName(text: string): Record<string, string> {
  const groups = text.split('=')
  const named = (['Alphabetic', 'Ideographic', 'Phonetic'] as const).map((group, index) => [group, groups[index] ?? ''] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== ''))
}
