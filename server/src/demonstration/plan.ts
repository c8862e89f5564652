/**
 * Who and what is in the demonstration consortium, as data, in the language of who tries it: what somebody there would have typed. Everybody in it is
 * invented. The phone numbers begin like Beijing's and go on with a zero, as no number there does: no message to them reaches anybody.
 */
import type { DeviceTypeRequest, OrganisationKind, TagRule } from '@isocenter/contracts'
import type { SpokenLanguage } from '../accounts/index.ts'
import type { BuiltInRole } from '../organisations/index.ts'

/** An organisation of the demonstration, by the word it is called here. */
export type DemonstrationOrganisation = 'platform' | 'consortium' | 'north' | 'south' | 'team'

export interface DemonstrationPerson {
  /** without the country's code, as somebody types it */
  readonly phone: string
  readonly name: string
  /** The first is where the account is made. */
  readonly memberships: readonly { readonly organisation: DemonstrationOrganisation; readonly role: BuiltInRole; readonly department?: string }[]
}

export interface DemonstrationPlan {
  readonly organisationNames: Readonly<Record<DemonstrationOrganisation, string>>
  /** Of each organisation the one with the full role first: it is its first administrator. */
  readonly people: readonly DemonstrationPerson[]
  readonly departments: Readonly<Record<'north' | 'south', readonly { readonly name: string; readonly code: string }[]>>
  readonly devices: Readonly<Record<'north' | 'south', readonly { readonly name: string; readonly type: string; readonly aeTitle: string }[]>>
  /** What both hospitals have besides the basic types of devices. */
  readonly deviceTypes: readonly DeviceTypeRequest[]
  /** How the hospitals recognise what was examined; the studies of `npm run samples` have one or two of these each. */
  readonly tags: readonly { readonly name: string; readonly rules: TagRule[] }[]
  /** Parts as the hospitals request and bill them. */
  readonly partCategories: readonly { readonly deviceType: string; readonly name: string; readonly parts: readonly { readonly name: string; readonly partCount: number; readonly tags: readonly string[] }[] }[]
}

export const organisationKindOf: Readonly<Record<DemonstrationOrganisation, OrganisationKind>> = { platform: 'platform', consortium: 'consortium', north: 'hospital', south: 'hospital', team: 'team' }

/** What doctors of the team ask for a study, in yuan. */
export const fees: readonly { readonly examType: string; readonly amount: string }[] = [{ examType: 'CT', amount: '60.00' }, { examType: 'MR', amount: '80.00' }, { examType: 'DX', amount: '20.00' }]

const person = (number: number, name: string, organisation: DemonstrationOrganisation, role: BuiltInRole, department?: string): DemonstrationPerson =>
  ({ phone: `100000000${String(number).padStart(2, '0')}`, name, memberships: [{ organisation, role, ...(department === undefined ? {} : { department }) }] })
const says = (attribute: TagRule['attribute'], operator: TagRule['operator'], ...values: readonly string[]): TagRule[] => values.map((value) => ({ attribute, operator, value }))

export function demonstrationPlan(language: SpokenLanguage): DemonstrationPlan {
  const say = (en: string, zh: string): string => (language === 'en' ? en : zh)
  const [radiology, orthopaedics, emergency] = [say('Radiology', '放射科'), say('Orthopaedics', '骨科'), say('Emergency', '急诊科')]
  const [chest, lung, head, heart, abdomen, breast] = [say('Chest', '胸部'), say('Lung window', '肺窗'), say('Head', '头部'), say('Heart', '心脏'), say('Abdomen', '腹部'), say('Breast', '乳腺')]
  const radiography = { name: say('Radiography 1', 'DR 1'), type: 'DX' }
  return {
    organisationNames: {
      platform: say('Platform', '平台'), consortium: say('Demonstration Consortium', '示范医联体'), north: say('Demonstration Hospital North', '北区示范医院'),
      south: say('Demonstration Hospital South', '南区示范医院'), team: say('Demonstration Diagnosis Team', '示范诊断团队'),
    },
    people: [
      person(1, say('Chen Operator', '陈运营'), 'platform', 'full'),
      person(2, say('Zhao Union', '赵联合'), 'consortium', 'full'),
      person(3, say('Sun Union', '孙联合'), 'consortium', 'administrator'),
      person(10, say('Wang North', '王北区'), 'north', 'full'),
      person(11, say('Liu North', '刘北区'), 'north', 'administrator'),
      person(12, say('Huang North', '黄北区'), 'north', 'general', radiology),
      person(13, say('Wu North', '吴北区'), 'north', 'finance'),
      person(14, say('Xu North', '徐北区'), 'north', 'technician', radiology),
      person(20, say('Zhang South', '张南区'), 'south', 'full'),
      person(21, say('Zhu South', '朱南区'), 'south', 'administrator'),
      person(22, say('Ma South', '马南区'), 'south', 'general', emergency),
      person(23, say('Hu South', '胡南区'), 'south', 'finance'),
      person(24, say('Guo South', '郭南区'), 'south', 'technician', radiology),
      person(30, say('Li Team', '李团队'), 'team', 'full'),
      person(31, say('He Team', '何团队'), 'team', 'administrator'),
      person(32, say('Gao Team', '高团队'), 'team', 'diagnosingDoctor'),
      person(33, say('Lin Team', '林团队'), 'team', 'reviewer'),
      person(34, say('Luo Team', '罗团队'), 'team', 'finance'),
      {
        phone: '10000000040', name: say('Zheng Both', '郑两处'),
        memberships: [{ organisation: 'north', role: 'general', department: radiology }, { organisation: 'team', role: 'reviewer' }],
      },
    ],
    departments: {
      north: [{ name: radiology, code: 'RAD' }, { name: orthopaedics, code: 'ORT' }, { name: emergency, code: 'EMG' }],
      south: [{ name: radiology, code: 'RAD' }, { name: emergency, code: 'EMG' }],
    },
    devices: {
      north: [
        { name: 'CT 1', type: 'CT', aeTitle: 'NORTH_CT1' }, { name: 'MR 1', type: 'MR', aeTitle: 'NORTH_MR1' },
        { ...radiography, aeTitle: 'NORTH_DX1' }, { name: say('Ultrasound 1', '超声 1'), type: 'US', aeTitle: 'NORTH_US1' },
      ],
      south: [{ name: 'CT 1', type: 'CT', aeTitle: 'SOUTH_CT1' }, { ...radiography, aeTitle: 'SOUTH_DX1' }],
    },
    deviceTypes: [{ code: 'DSA', name: say('Angiography', '血管造影'), modalities: ['XA'] }, { code: 'MG', name: say('Mammography', '乳腺钼靶'), modalities: ['MG'] }],
    tags: [
      { name: chest, rules: [...says('BodyPartExamined', 'equals', 'CHEST', 'THORAX'), ...says('StudyDescription', 'contains', '胸部')] },
      { name: lung, rules: says('SeriesDescription', 'contains', 'lung') },
      { name: head, rules: [...says('BodyPartExamined', 'equals', 'HEAD', 'BRAIN', 'SKULL'), ...says('StudyDescription', 'contains', '头颅')] },
      { name: heart, rules: [...says('BodyPartExamined', 'equals', 'HEART'), ...says('StudyDescription', 'contains', 'echocardiogra')] },
      { name: abdomen, rules: [...says('BodyPartExamined', 'equals', 'ABDOMEN'), ...says('StudyDescription', 'contains', '腹部')] },
      { name: breast, rules: says('BodyPartExamined', 'equals', 'BREAST') },
    ],
    partCategories: [
      {
        deviceType: 'CT',
        name: say('Trunk', '躯干'),
        parts: [
          { name: chest, partCount: 1, tags: [chest] },
          { name: abdomen, partCount: 1, tags: [abdomen] },
          { name: say('Chest and abdomen', '胸腹部'), partCount: 2, tags: [] },
        ],
      },
      { deviceType: 'CT', name: say('Head and neck', '头颈'), parts: [{ name: head, partCount: 1, tags: [head] }] },
      { deviceType: 'MR', name: say('Head and neck', '头颈'), parts: [{ name: say('Brain', '颅脑'), partCount: 1, tags: [head] }] },
      { deviceType: 'DX', name: say('Trunk', '躯干'), parts: [{ name: say('Chest, one view', '胸部单视图'), partCount: 1, tags: [chest] }] },
      { deviceType: 'US', name: say('Heart and vessels', '心脏血管'), parts: [{ name: say('Echocardiography', '超声心动图'), partCount: 1, tags: [heart] }] },
      { deviceType: 'MG', name: say('Breast', '乳腺'), parts: [{ name: say('Both breasts', '双侧乳腺'), partCount: 2, tags: [breast] }] },
    ],
  }
}
