/** Coded lists of what a hospital is (ORG-02): levels by the country whose authority grades hospitals, types for all. Codes are kept, words are for who reads them. */

interface Words { readonly en: string; readonly 'zh-CN': string }

/** Of the mainland's assessment of hospitals: three grades, each with classes. Another country's levels are another member here. */
export const hospitalLevels = {
  CN: {
    'CN-3S': { en: 'Grade 3, special class', 'zh-CN': '三级特等' },
    'CN-3A': { en: 'Grade 3, class A', 'zh-CN': '三级甲等' },
    'CN-3B': { en: 'Grade 3, class B', 'zh-CN': '三级乙等' },
    'CN-3C': { en: 'Grade 3, class C', 'zh-CN': '三级丙等' },
    'CN-3': { en: 'Grade 3, class not assessed', 'zh-CN': '三级（未评等）' },
    'CN-2A': { en: 'Grade 2, class A', 'zh-CN': '二级甲等' },
    'CN-2B': { en: 'Grade 2, class B', 'zh-CN': '二级乙等' },
    'CN-2C': { en: 'Grade 2, class C', 'zh-CN': '二级丙等' },
    'CN-2': { en: 'Grade 2, class not assessed', 'zh-CN': '二级（未评等）' },
    'CN-1A': { en: 'Grade 1, class A', 'zh-CN': '一级甲等' },
    'CN-1B': { en: 'Grade 1, class B', 'zh-CN': '一级乙等' },
    'CN-1C': { en: 'Grade 1, class C', 'zh-CN': '一级丙等' },
    'CN-1': { en: 'Grade 1, class not assessed', 'zh-CN': '一级（未评等）' },
    'CN-0': { en: 'Not graded', 'zh-CN': '未定级' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Words>>>>

export const hospitalTypes = {
  'general': { en: 'General hospital', 'zh-CN': '综合医院' },
  'chinese-medicine': { en: 'Hospital of Chinese medicine', 'zh-CN': '中医医院' },
  'integrated-medicine': { en: 'Hospital of Chinese and Western medicine', 'zh-CN': '中西医结合医院' },
  'ethnic-medicine': { en: 'Hospital of ethnic medicine', 'zh-CN': '民族医医院' },
  'specialised': { en: 'Specialised hospital', 'zh-CN': '专科医院' },
  'maternal-and-child': { en: 'Maternal and child health hospital', 'zh-CN': '妇幼保健院' },
  'rehabilitation': { en: 'Rehabilitation hospital', 'zh-CN': '康复医院' },
  'nursing': { en: 'Nursing home', 'zh-CN': '护理院' },
  'community-health': { en: 'Community health centre', 'zh-CN': '社区卫生服务中心' },
  'township-health': { en: 'Township health centre', 'zh-CN': '乡镇卫生院' },
  'clinic': { en: 'Clinic', 'zh-CN': '诊所、门诊部' },
  'imaging-centre': { en: 'Imaging centre', 'zh-CN': '医学影像诊断中心' },
  'check-up-centre': { en: 'Health check centre', 'zh-CN': '健康体检中心' },
  'other': { en: 'Other', 'zh-CN': '其他' },
} as const satisfies Readonly<Record<string, Words>>

export const hospitalLevelCodes: readonly string[] = Object.values(hospitalLevels).flatMap((levels) => Object.keys(levels))
export const hospitalTypeCodes: readonly string[] = Object.keys(hospitalTypes)

const known = new Map<string, Words>([...Object.values(hospitalLevels).flatMap((levels) => Object.entries(levels)), ...Object.entries(hospitalTypes)])

/** The words of a code of either list; what was written before there were lists stays as it was written. */
export const hospitalCodeText = (code: string, language: 'en' | 'zh-CN'): string => known.get(code)?.[language] ?? code
