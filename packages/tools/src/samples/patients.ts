import type { Attributes } from './attributes.ts'

/** Invented people: names in several scripts, ages from newborn to old, one without a birth date. */
export const patients = {
  wang: { PatientName: 'Wang^XiaoMing=王^小明', PatientID: 'ISO-0001', PatientBirthDate: '19630412', PatientSex: 'M' },
  li: { PatientName: 'Li^Na=李^娜', PatientID: 'ISO-0002', PatientBirthDate: '19871103', PatientSex: 'F' },
  ouyang: { PatientName: 'Ouyang^ZhiYuan=欧阳^志远', PatientID: 'ISO-0003', PatientBirthDate: '20150620', PatientSex: 'M' },
  yamada: { PatientName: 'Yamada^Tarou=山田^太郎=やまだ^たろう', PatientID: 'ISO-0004', PatientBirthDate: '19490130', PatientSex: 'M' },
  muller: { PatientName: 'Müller^Annegret^^Dr.', PatientID: 'ISO-0005', PatientBirthDate: '19750808', PatientSex: 'F' },
  okafor: { PatientName: "O'Kafor^Chidi", PatientID: 'ISO-0006', PatientBirthDate: '', PatientSex: 'O' },
} as const satisfies Readonly<Record<string, Attributes>>
