/** Person names (PS3.5 §6.2.1): component groups, their DICOM JSON form (PS3.18 §F.2.2), and the forms that searches compare. */

import { withoutPadding } from './padding.ts'

/** The component groups of one name, each with its components still joined by `^`; an empty group is left out. */
export interface PersonName {
  readonly Alphabetic?: string
  readonly Ideographic?: string
  readonly Phonetic?: string
}

/** Beyond any name PS3.5 allows (3 groups of 64 characters): what is longer is no name and is not indexed further. */
const LONGEST_NAME_INDEXED = 1024

/**
 * One value of PN as DICOM JSON writes it; undefined when every group is empty. Delimiters `^` stay as they are stored, trailing ones too;
 * only what pads a group goes. A fourth group, which PS3.5 does not know, stays within the third.
 */
export function parsePersonName(text: string): PersonName | undefined {
  if (!text.includes('=')) {
    const only = withoutPadding(text)
    return only === '' ? undefined : { Alphabetic: only }
  }
  const [alphabetic = '', ideographic = '', ...phonetic] = text.split('=').map(withoutPadding)
  const phoneticAndBeyond = joinWithoutTail(phonetic, '=')
  const name = {
    ...(alphabetic !== '' && { Alphabetic: alphabetic }),
    ...(ideographic !== '' && { Ideographic: ideographic }),
    ...(phoneticAndBeyond !== '' && { Phonetic: phoneticAndBeyond }),
  }
  return Object.keys(name).length === 0 ? undefined : name
}

/** The value of PN for a name, groups joined by `=` without empty ones at the end. */
export function formatPersonName({ Alphabetic = '', Ideographic = '', Phonetic = '' }: PersonName): string {
  return joinWithoutTail([Alphabetic, Ideographic, Phonetic], '=')
}

/**
 * The form of a name, or of text out of one, in which searches compare it: compatibility characters unified (NFKC), case folded,
 * accents of Latin, Greek and Cyrillic and vowel points of Hebrew and Arabic gone, runs of space made one.
 * Marks that make another letter stay: kana voicing, Thai and Indic vowels.
 */
export function foldName(text: string): string {
  if (/^[a-z0-9^=]*$/.test(text)) return text
  return text
    // Upper case first: it takes apart what has no single capital (ß, ᾳ) and unites the two small sigmas.
    .toUpperCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g, '')
    .toLowerCase()
    .replace(/[øłđħæœðþßıς]/g, (letter) => LETTERS_WITHOUT_DECOMPOSITION[letter] ?? letter)
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
}

/** Letters that Unicode does not take apart though readers type them without their stroke; ß and ı only where a capital or a symbol left one behind. */
const LETTERS_WITHOUT_DECOMPOSITION: Readonly<Record<string, string>> = {
  ø: 'o', ł: 'l', đ: 'd', ħ: 'h', æ: 'ae', œ: 'oe', ð: 'd', þ: 'th', ß: 'ss', ı: 'i', ς: 'σ',
}

/**
 * The normal form of a whole name that SQL and memory match on: each component folded and trimmed, groups joined by `=` and
 * components by `^`, empty ones at the end dropped. Idempotent.
 */
export function searchName(text: string): string {
  const groups = text.split('=').map((group) => joinWithoutTail(group.split('^').map(component), '^'))
  return joinWithoutTail(groups, '=')
}

/** Folding can turn a full-width sign into a delimiter; inside a component that must not cut the name anew. */
const component = (text: string): string => foldName(text).replace(/[\^=]/g, ' ').replace(/ +/g, ' ').trim()

function joinWithoutTail(parts: readonly string[], delimiter: string): string {
  let count = parts.length
  while (count > 0 && parts[count - 1] === '') count--
  return parts.slice(0, count).join(delimiter)
}

const IDEOGRAPH_OR_SYLLABLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]/u

/**
 * The one- and two-character tokens of the Chinese, Japanese and Korean text in a name, each once. Such names are too short for trigrams.
 * Components are read as if written together, as people type them: 王^小东 has 王小 as 王小东 has.
 */
export function nameTokens(text: string): string[] {
  const tokens = new Set<string>()
  for (const group of searchName(text.slice(0, LONGEST_NAME_INDEXED)).split('=')) {
    let before = ''
    for (const character of group.replace(/[\^ ]/g, '')) {
      const isToken = IDEOGRAPH_OR_SYLLABLE.test(character)
      if (isToken) tokens.add(character)
      if (isToken && before !== '') tokens.add(before + character)
      before = isToken ? character : ''
    }
  }
  return [...tokens]
}
