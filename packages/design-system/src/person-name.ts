import type { Language } from './chosen-language.ts'

/**
 * A DICOM person name (PS3.5 §6.2.1.2, `alphabetic=ideographic=phonetic`, components joined by `^`) as a reader of the language
 * expects it: the ideographic group first in Chinese, the alphabetic one first elsewhere, the other one after it.
 */
export function personName(value: string, language: Language): string {
  const [alphabetic = '', ideographic = ''] = value.split('=')
  // Many systems write Chinese characters into the one group they fill in.
  const written = [words(alphabetic, /\p{Script=Han}/u.test(alphabetic) ? '' : ' '), words(ideographic, '')]
  if (language === 'zh-CN') written.reverse()
  const [first = '', second = ''] = written.filter((name) => name !== '')
  return second === '' ? first : `${first} (${second})`
}

/** Family name, given name, middle name; prefix and suffix are left to the record itself. */
function words(group: string, between: string): string {
  return group.split('^').slice(0, 3).map((part) => part.trim()).filter((part) => part !== '').join(between)
}
