/** Which character set the text of a data set is written in, and named by (0008,0005). */
import { CharacterSetEncoder } from './charset-encode.ts'
import type { DicomJson, DicomJsonAttribute } from './json.ts'
import { parseTag } from './tag.ts'
import { isVR, vrTraits } from './vr.ts'
import { isBytes, type InstancePiece } from './write-piece.ts'
import { valuesText, type EncodeText } from './write-value.ts'

export interface TextEncoding {
  readonly encode: EncodeText
  /** What (0008,0005) has to say, in the data set itself and in the items that have it; undefined leaves it as it is. */
  readonly SpecificCharacterSet: DicomJsonAttribute | undefined
}

export interface TextOptions {
  readonly bulkdata?: ReadonlyMap<string, InstancePiece>
  readonly SpecificCharacterSet?: readonly string[]
}

const NON_ASCII = /[^\x00-\x7f]/
const utf8 = new TextEncoder()
const asUtf8: EncodeText = (text) => utf8.encode(text)
const UTF_8: TextEncoding = { encode: asUtf8, SpecificCharacterSet: { vr: 'CS', Value: ['ISO_IR 192'] } }
const AS_IT_IS: TextEncoding = { encode: asUtf8, SpecificCharacterSet: undefined }

/**
 * How to write a data set: in the character sets wished for, if they have a code for each of its characters; else in UTF-8.
 * Where all is ASCII, what the data set says of itself stays, as long as nothing is wished for.
 */
export function textEncodingOf(json: DicomJson, { SpecificCharacterSet, bulkdata }: TextOptions): TextEncoding {
  const isAscii = !hasNonAscii(json, '', bulkdata)
  if (isAscii && !(SpecificCharacterSet && json['00080005'])) return AS_IT_IS
  const wished = SpecificCharacterSet && CharacterSetEncoder.of(SpecificCharacterSet)
  if (!wished || !isWritable(json, '', wished, bulkdata)) return isAscii ? AS_IT_IS : UTF_8
  return { encode: (text, vr) => encodeWith(wished, text, vr) ?? utf8.encode(text), SpecificCharacterSet: { vr: 'CS', Value: wished.values.map((value) => value || null) } }
}

const encodeWith = (charset: CharacterSetEncoder, ...[text, vr]: Parameters<EncodeText>): Uint8Array | undefined =>
  vrTraits(vr).usesCharset ? charset.encode(text, vr) : utf8.encode(text)

/** Whether every text that the character set governs has a code in it. Text given as bulk data is UTF-8. */
function isWritable(json: DicomJson, parentPath: string, charset: CharacterSetEncoder, bulkdata: TextOptions['bulkdata']): boolean {
  return Object.entries(json).every(([key, { vr, Value = [] }]) => {
    const path = `${parentPath}${key.toUpperCase()}`
    if (vr === 'SQ') return Value.every((item, index) => isWritable(item as DicomJson, `${path}.${index + 1}.`, charset, bulkdata))
    if (!isVR(vr) || !vrTraits(vr).usesCharset) return true
    return !bulkdata?.has(path) && charset.encode(valuesText(parseTag(key) ?? 0, vr, Value), vr) !== undefined
  })
}

/** Whether any text of the data set needs more than the default repertoire: what is not ASCII must have its character set named. */
function hasNonAscii(json: DicomJson, parentPath: string, bulkdata: TextOptions['bulkdata']): boolean {
  return Object.entries(json).some(([key, { vr, Value = [] }]) => {
    const path = `${parentPath}${key.toUpperCase()}`
    if (vr === 'SQ') return Value.some((item, index) => hasNonAscii(item as DicomJson, `${path}.${index + 1}.`, bulkdata))
    const bulk = bulkdata?.get(path)
    // Text that is elsewhere may be anything UTF-8 can say.
    if (bulk && isVR(vr) && vrTraits(vr).usesCharset) return !isBytes(bulk) || bulk.some((byte) => byte > 0x7f)
    return Value.some((value) => (typeof value === 'object' && value !== null ? Object.values(value) : [value]).some(isNonAscii))
  })
}

const isNonAscii = (value: unknown): boolean => typeof value === 'string' && NON_ASCII.test(value)
