import { EyeOutlined, LockFilled, StarFilled } from '@ant-design/icons'
import type { StudySummary } from '@isocenter/contracts'
import type { Formats, Language } from '@isocenter/design-system'
import { Button, Tag } from 'antd'
import type { ReactNode } from 'react'
import { writtenAge, writtenMoment, writtenName, writtenSex, writtenTime, writtenUploader } from './row-text.ts'
import type { StudyWords } from './words.ts'

export interface CellContext {
  readonly words: StudyWords
  readonly language: Language
  readonly formats: Formats
  readonly onOpen: (study: StudySummary) => void
  readonly onDetail: (study: StudySummary) => void
}

export interface StudyColumn {
  readonly name: keyof StudyWords['columns']
  /** px */
  readonly width: number
  /** Where nobody has chosen otherwise (LIST-01). */
  readonly isShown: boolean
  readonly isIdentity?: true
  readonly sort?: 'arrival' | 'exam'
  readonly align?: 'end'
  /** Short, and no use where it is cut: it keeps its width. */
  readonly isFirm?: true
  /** Always there, and nothing to be chosen. */
  readonly isFixed?: true
  readonly cell: (study: StudySummary, context: CellContext, index: number) => ReactNode
}

/** Every column of the study list, in its order. The last one, of operations, is the table's own. */
export const studyColumns: readonly StudyColumn[] = [
  { name: 'number', width: 36, isShown: true, isFixed: true, align: 'end', cell: (_study, _context, index) => index + 1 },
  {
    name: 'preview', width: 44, isShown: true, isFixed: true,
    cell: (study, { words, language, onOpen }) => <Button type="text" size="small" icon={<EyeOutlined aria-hidden />} aria-label={words.openOf(writtenName(study, language, words))} onClick={() => { onOpen(study) }} />,
  },
  {
    name: 'study', width: 100, isShown: true, isFirm: true,
    cell: ({ AccessionNumber, lock, isFavourite }, { words, formats }) => (
      <>
        {AccessionNumber ?? words.missing}
        {lock && <LockFilled className="study-sign" title={words.lockedBy(lock.lockedBy.name ?? lock.lockedBy.actor, formats.moment(lock.lockedAt))} aria-label={words.states.locked} role="img" />}
        {isFavourite && <StarFilled className="study-sign is-favourite" title={words.favourite} aria-label={words.favourite} role="img" />}
      </>
    ),
  },
  { name: 'patientId', width: 80, isShown: true, isFirm: true, cell: ({ PatientID }, { words }) => PatientID ?? words.missing },
  {
    name: 'name', width: 140, isShown: true,
    cell: (study, { words, language, onDetail }) => <button type="button" className="study-name" onClick={() => { onDetail(study) }}>{writtenName(study, language, words)}</button>,
  },
  { name: 'age', width: 50, isShown: true, isFirm: true, cell: (study, { words }) => writtenAge(study, words) },
  { name: 'sex', width: 66, isShown: true, isFirm: true, cell: (study, { words }) => writtenSex(study, words) },
  { name: 'bodyPart', width: 86, isShown: true, cell: ({ BodyPartExamined }) => BodyPartExamined.join(', ') },
  { name: 'type', width: 84, isShown: true, cell: ({ examTypes }) => examTypes.map((type) => <Tag key={type} className="study-type">{type}</Tag>) },
  { name: 'series', width: 52, isShown: true, align: 'end', cell: ({ NumberOfStudyRelatedSeries }, { formats }) => formats.number(NumberOfStudyRelatedSeries) },
  { name: 'state', width: 68, isShown: true, isFirm: true, cell: ({ state }, { words }) => <Tag color={state === 'locked' ? 'warning' : 'default'}>{words.states[state]}</Tag> },
  { name: 'uploader', width: 96, isShown: true, cell: (study, { words }) => writtenUploader(study, words) },
  { name: 'exam', width: 136, isShown: true, sort: 'exam', cell: ({ StudyDate, StudyTime }) => writtenTime(StudyDate, StudyTime) },
  { name: 'arrival', width: 136, isShown: false, sort: 'arrival', cell: ({ arrivedAt }, { formats }) => <span title={formats.moment(arrivedAt)}>{writtenMoment(arrivedAt)}</span> },
  { name: 'institution', width: 100, isShown: true, cell: ({ InstitutionName }) => InstitutionName },
  { name: 'images', width: 80, isShown: false, align: 'end', cell: ({ NumberOfStudyRelatedInstances }, { formats }) => formats.number(NumberOfStudyRelatedInstances) },
  { name: 'description', width: 190, isShown: false, cell: ({ StudyDescription }) => StudyDescription },
  { name: 'dataId', width: 140, isShown: false, cell: ({ recordId }) => <span className="mono">{recordId}</span> },
  { name: 'studyId', width: 110, isShown: false, cell: ({ StudyID }) => StudyID },
  { name: 'referrer', width: 150, isShown: false, cell: ({ ReferringPhysicianName }, { language, words }) => (ReferringPhysicianName === undefined ? '' : writtenName({ PatientName: ReferringPhysicianName }, language, words)) },
  { name: 'category', width: 120, isShown: false, cell: ({ category }, { words }) => words.categories[category] },
  { name: 'modality', width: 110, isShown: false, cell: ({ ModalitiesInStudy }) => ModalitiesInStudy.join(', ') },
  { name: 'size', width: 100, isShown: false, align: 'end', cell: ({ byteLength }, { formats }) => (byteLength === undefined ? '' : formats.bytes(byteLength)) },
  { name: 'birthDate', width: 110, isShown: false, isIdentity: true, cell: ({ identity }) => writtenTime(identity?.PatientBirthDate) },
  { name: 'phone', width: 140, isShown: false, isIdentity: true, cell: ({ identity }) => identity?.PatientTelephoneNumbers },
  { name: 'idNumber', width: 180, isShown: false, isIdentity: true, cell: ({ identity }) => identity?.OtherPatientIDs },
  { name: 'address', width: 200, isShown: false, isIdentity: true, cell: ({ identity }) => identity?.PatientAddress },
]
