/** How a Defined Term of Specific Character Set (0008,0005) starts out: PS3.3 Tables C.12-2 to C.12-5. */
export type CharsetTerm =
  | { readonly kind: 'codeElements'; readonly g0: G0Name; readonly g1: G1Name | undefined }
  | { readonly kind: 'wholeEncoding'; readonly label: 'utf-8' | 'gb18030' | 'gbk' }

/** Graphic character sets that can stand in code positions 21-7E. */
export type G0Name = 'ascii' | 'romaji' | 'katakana' | 'jisX0208' | 'jisX0212' | 'ksX1001' | 'gb2312'

/** Graphic character sets that can stand in code positions A0-FF. */
export type G1Name =
  | 'latin1' | 'latin2' | 'latin3' | 'latin4' | 'cyrillic' | 'arabic' | 'greek' | 'hebrew' | 'latin5' | 'latin9' | 'thai'
  | 'katakana' | 'ksX1001' | 'gb2312'

const G1_OF_REGISTRATION: Readonly<Record<string, G1Name>> = {
  '100': 'latin1', '101': 'latin2', '109': 'latin3', '110': 'latin4', '144': 'cyrillic', '127': 'arabic',
  '126': 'greek', '138': 'hebrew', '148': 'latin5', '203': 'latin9', '166': 'thai',
}

/** Sets that exist only with code extensions: their Defined Term always begins with `ISO 2022`. */
const EXTENSION_ONLY = new Set(['87', '159', '149', '58'])

/** Names that are no Defined Terms but that senders write; keys as `sloppyKey` makes them. */
const SLOPPY_NAMES: Readonly<Record<string, string>> = {
  ASCII: 'ISO_IR 6', USASCII: 'ISO_IR 6', ISO646: 'ISO_IR 6', ISO646US: 'ISO_IR 6', DEFAULT: 'ISO_IR 6',
  UTF8: 'ISO_IR 192', UNICODE: 'ISO_IR 192', UNICODE11UTF8: 'ISO_IR 192', ISO10646: 'ISO_IR 192', ISO10646UTF8: 'ISO_IR 192',
  LATIN1: 'ISO_IR 100', CP1252: 'ISO_IR 100', WINDOWS1252: 'ISO_IR 100', ISO88591: 'ISO_IR 100',
  LATIN2: 'ISO_IR 101', ISO88592: 'ISO_IR 101', LATIN3: 'ISO_IR 109', ISO88593: 'ISO_IR 109',
  LATIN4: 'ISO_IR 110', ISO88594: 'ISO_IR 110', CYRILLIC: 'ISO_IR 144', ISO88595: 'ISO_IR 144',
  ARABIC: 'ISO_IR 127', ISO88596: 'ISO_IR 127', GREEK: 'ISO_IR 126', ISO88597: 'ISO_IR 126',
  HEBREW: 'ISO_IR 138', ISO88598: 'ISO_IR 138', LATIN5: 'ISO_IR 148', ISO88599: 'ISO_IR 148',
  LATIN9: 'ISO_IR 203', ISO885915: 'ISO_IR 203', TIS620: 'ISO_IR 166', THAI: 'ISO_IR 166', ISO885911: 'ISO_IR 166',
  GB2312: 'GBK', EUCCN: 'GBK', CP936: 'GBK', WINDOWS936: 'GBK', GB180302000: 'GB18030', GB180302005: 'GB18030', GB180302022: 'GB18030',
  SHIFTJIS: 'ISO_IR 13', SJIS: 'ISO_IR 13', CP932: 'ISO_IR 13', WINDOWS31J: 'ISO_IR 13',
  ISO2022JP: 'ISO 2022 IR 87', EUCKR: 'ISO 2022 IR 149', CP949: 'ISO 2022 IR 149', KSC5601: 'ISO 2022 IR 149', KSX1001: 'ISO 2022 IR 149',
}

/** The name reduced to letters and digits, upper case: `ISO-IR 100`, `iso_ir_100` and `ISO_IR 100` are one. */
const sloppyKey = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '')

/**
 * The Defined Term of (0008,0005) that a spelling seen in the field stands for (PS3.3 §C.12.1.1.2);
 * undefined when the name stands for no character set of the standard. Empty is the default repertoire, `ISO_IR 6`.
 */
export function normaliseCharsetTerm(name: string): string | undefined {
  const key = sloppyKey(name)
  if (key === '') return 'ISO_IR 6'
  if (key === 'GB18030' || key === 'GBK') return key
  const registered = /^(?:ISO)?(2022)?(?:IR)?0*(\d{1,3})$/.exec(key)
  const registration = registered?.[2]
  if (registration === undefined) return Object.hasOwn(SLOPPY_NAMES, key) ? SLOPPY_NAMES[key] : undefined
  if (registration === '192') return 'ISO_IR 192'
  if (EXTENSION_ONLY.has(registration)) return `ISO 2022 IR ${registration}`
  const known = registration === '6' || registration === '13' || Object.hasOwn(G1_OF_REGISTRATION, registration)
  if (!known) return undefined
  return registered?.[1] === undefined ? `ISO_IR ${registration}` : `ISO 2022 IR ${registration}`
}

/** What a Defined Term, or a sloppy spelling of one, designates; undefined for an unknown name. */
export function charsetTerm(name: string): CharsetTerm | undefined {
  const term = normaliseCharsetTerm(name)
  if (term === undefined) return undefined
  if (term === 'ISO_IR 192') return { kind: 'wholeEncoding', label: 'utf-8' }
  if (term === 'GB18030') return { kind: 'wholeEncoding', label: 'gb18030' }
  if (term === 'GBK') return { kind: 'wholeEncoding', label: 'gbk' }
  const registration = term.slice(term.lastIndexOf(' ') + 1)
  if (registration === '13') return { kind: 'codeElements', g0: 'romaji', g1: 'katakana' }
  if (registration === '149') return { kind: 'codeElements', g0: 'ascii', g1: 'ksX1001' }
  if (registration === '58') return { kind: 'codeElements', g0: 'ascii', g1: 'gb2312' }
  return { kind: 'codeElements', g0: 'ascii', g1: G1_OF_REGISTRATION[registration] }
}
