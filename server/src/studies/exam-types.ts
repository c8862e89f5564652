/** What kind of examination a study is, out of its modalities (D-11): device types a list speaks of, and the six categories. */
import type { StudyCategory } from '@isocenter/contracts'

/** PS3.3 §C.7.3.1.1.1: what plain X-ray is coded as. */
const plainXRay = ['CR', 'DX', 'DR', 'RG']

/** What comes with an examination without being one: it names a study only where there is nothing else. */
const besides = new Set(['SR', 'PR', 'KO', 'DOC', 'SEG', 'REG', 'RTPLAN', 'RTSTRUCT', 'RTDOSE', 'RTRECORD', 'ANN', 'PLAN', 'AU', 'FID', 'M3D', 'RWV', 'TEXTUREMAP', 'OT'])

/** Modalities that an exam type stands for. DR is no modality: whatever plain X-ray is coded as; DX is digital radiography alone. */
export const modalitiesOf = (examType: string): string[] => (examType === 'DR' ? plainXRay : [examType])

/** Exam types of a study: computed radiography is called DR, everything else by its modality. */
export function examTypesOf(modalities: readonly string[]): string[] {
  const exams = modalities.filter((modality) => !besides.has(modality))
  return [...new Set((exams.length > 0 ? exams : modalities).map((modality) => (modality === 'CR' || modality === 'RG' ? 'DR' : modality)))]
}

const categories: readonly (readonly [StudyCategory, readonly string[]])[] = [
  ['pathology', ['SM', 'GM']],
  ['endoscopy', ['ES']],
  ['electrocardiogram', ['ECG']],
  ['ophthalmology', ['OP', 'OPT', 'OPTBSV', 'OPTENF', 'OPM', 'OPV', 'OPR', 'OAM', 'AR', 'KER', 'LEN', 'VA', 'SRF', 'IOL', 'OCT', 'OSS']],
  ['ultrasound', ['US', 'IVUS', 'BMUS', 'BDUS']],
]

/** Radiology where nothing says otherwise. */
export const categoryOf = (modalities: readonly string[]): StudyCategory => categories.find(([, own]) => own.some((one) => modalities.includes(one)))?.[0] ?? 'radiology'
