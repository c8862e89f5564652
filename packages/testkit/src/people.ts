/** Invented patients; names in the scripts and with the component groups that real senders use (PS3.5 §6.2.1, §H, §I, §J). */
export interface Person {
  readonly PatientName: string
  readonly PatientID: string
  readonly PatientBirthDate: string
  readonly PatientSex: 'M' | 'F' | 'O'
}

export const people = {
  wang: { PatientName: 'Wang^XiaoDong=王^小东', PatientID: 'ISO-0001', PatientBirthDate: '19710314', PatientSex: 'M' },
  ouyang: { PatientName: 'Ouyang^Na=歐陽^娜', PatientID: 'ISO-0002', PatientBirthDate: '19880229', PatientSex: 'F' },
  yamada: { PatientName: 'Yamada^Tarou=山田^太郎=やまだ^たろう', PatientID: 'ISO-0003', PatientBirthDate: '19550801', PatientSex: 'M' },
  hong: { PatientName: 'Hong^Gildong=洪^吉洞=홍^길동', PatientID: 'ISO-0004', PatientBirthDate: '19991231', PatientSex: 'M' },
  müller: { PatientName: 'Müller^Änne^^Dr.^', PatientID: 'ISO-0005', PatientBirthDate: '19430506', PatientSex: 'F' },
  nunez: { PatientName: "Núñez O'Brien^Zoë", PatientID: 'ISO-0006', PatientBirthDate: '20100920', PatientSex: 'F' },
  smith: { PatientName: 'Smith^Jordan^Q', PatientID: 'ISO-0007', PatientBirthDate: '', PatientSex: 'O' },
} as const satisfies Record<string, Person>
