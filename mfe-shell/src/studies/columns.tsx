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
  /** Of less weight: where nobody has chosen, a small window goes without it. */
  readonly isMinor?: true
  /** Always there, and nothing to be chosen. */
  readonly isFixed?: true
  readonly cell: (study: StudySummary, context: CellContext, index: number) => ReactNode
  /** px that what is written of a study wants, by the width of its texts; undefined where `width` fits all. */
  readonly wants?: (study: StudySummary, context: CellContext, widthOf: (text: string) => number) => number
}

type Written<Value> = (study: StudySummary, context: CellContext) => Value

/** A column of one text. */
const text = (written: Written<string | undefined>): Pick<StudyColumn, 'cell' | 'wants'> =>
  ({ cell: written, wants: (study, context, widthOf) => widthOf(written(study, context) ?? '') })

/** px: what is around the text of a tag, and the sign of a locked study or a favourite. */
const aroundTag = 14
const signWidth = 20
/** Of what a tag's text, in 12 px, would be in the 13 px of the others. */
const tagText = 12 / 13

/** A column of tags. */
const pills = (written: Written<readonly string[]>): Pick<StudyColumn, 'cell' | 'wants'> => ({
  cell: (study, context) => written(study, context).map((one) => <Tag key={one} className="study-type">{one}</Tag>),
  wants: (study, context, widthOf) => written(study, context).reduce((sum, one) => sum + widthOf(one) * tagText + aroundTag, 0),
})

/** Every column of the study list, in its order. The last one, of operations, is the table's own. */
export const studyColumns: readonly StudyColumn[] = [
  { name: 'number', width: 36, isShown: true, isFixed: true, align: 'end', cell: (_study, _context, index) => index + 1 },
  {
    name: 'preview', width: 36, isShown: true, isFixed: true,
    cell: (study, { words, language, onOpen }) => <Button type="text" size="small" icon={<EyeOutlined aria-hidden />} aria-label={words.openOf(writtenName(study, language, words))} onClick={() => { onOpen(study) }} />,
  },
  {
    name: 'study', width: 96, isShown: true, isFirm: true,
    cell: ({ AccessionNumber, lock, isFavourite }, { words, formats }) => (
      <>
        {AccessionNumber ?? words.missing}
        {lock && <LockFilled className="study-sign" title={words.lockedBy(lock.lockedBy.name ?? lock.lockedBy.actor, formats.moment(lock.lockedAt))} aria-label={words.states.locked} role="img" />}
        {isFavourite && <StarFilled className="study-sign is-favourite" title={words.favourite} aria-label={words.favourite} role="img" />}
      </>
    ),
    wants: ({ AccessionNumber, lock, isFavourite }, { words }, widthOf) => widthOf(AccessionNumber ?? words.missing) + (lock ? signWidth : 0) + (isFavourite ? signWidth : 0),
  },
  { name: 'patientId', width: 76, isShown: true, isFirm: true, ...text(({ PatientID }, { words }) => PatientID ?? words.missing) },
  {
    name: 'name', width: 140, isShown: true,
    cell: (study, { words, language, onDetail }) => <button type="button" className="study-name" onClick={() => { onDetail(study) }}>{writtenName(study, language, words)}</button>,
    wants: (study, { words, language }, widthOf) => widthOf(writtenName(study, language, words)),
  },
  { name: 'age', width: 50, isShown: true, isFirm: true, ...text((study, { words }) => writtenAge(study, words)) },
  { name: 'sex', width: 62, isShown: true, isFirm: true, ...text((study, { words }) => writtenSex(study, words)) },
  { name: 'bodyPart', width: 86, isShown: true, ...text(({ BodyPartExamined }) => BodyPartExamined.join(', ')) },
  { name: 'type', width: 84, isShown: true, ...pills(({ examTypes }) => examTypes) },
  { name: 'series', width: 52, isShown: true, isMinor: true, align: 'end', cell: ({ NumberOfStudyRelatedSeries }, { formats }) => formats.number(NumberOfStudyRelatedSeries) },
  {
    name: 'state', width: 68, isShown: true, isFirm: true,
    cell: ({ state }, { words }) => <Tag className="study-type" color={state === 'locked' ? 'warning' : 'default'}>{words.states[state]}</Tag>,
    wants: ({ state }, { words }, widthOf) => widthOf(words.states[state]) * tagText + aroundTag,
  },
  { name: 'uploader', width: 96, isShown: true, isMinor: true, ...text((study, { words }) => writtenUploader(study, words)) },
  { name: 'exam', width: 130, isShown: true, sort: 'exam', ...text(({ StudyDate, StudyTime }) => writtenTime(StudyDate, StudyTime)) },
  { name: 'arrival', width: 130, isShown: false, isFirm: true, sort: 'arrival', cell: ({ arrivedAt }, { formats }) => <span title={formats.moment(arrivedAt)}>{writtenMoment(arrivedAt)}</span> },
  { name: 'institution', width: 100, isShown: true, ...text(({ InstitutionName }) => InstitutionName) },
  { name: 'images', width: 80, isShown: false, align: 'end', cell: ({ NumberOfStudyRelatedInstances }, { formats }) => formats.number(NumberOfStudyRelatedInstances) },
  { name: 'description', width: 190, isShown: false, ...text(({ StudyDescription }) => StudyDescription) },
  { name: 'tags', width: 140, isShown: false, ...pills(({ tags }) => tags) },
  { name: 'dataId', width: 140, isShown: false, isFirm: true, cell: ({ recordId }) => <span className="mono">{recordId}</span> },
  { name: 'studyId', width: 110, isShown: false, ...text(({ StudyID }) => StudyID) },
  { name: 'referrer', width: 150, isShown: false, ...text(({ ReferringPhysicianName }, { language, words }) => (ReferringPhysicianName === undefined ? '' : writtenName({ PatientName: ReferringPhysicianName }, language, words))) },
  { name: 'category', width: 120, isShown: false, cell: ({ category }, { words }) => words.categories[category] },
  { name: 'modality', width: 110, isShown: false, ...text(({ ModalitiesInStudy }) => ModalitiesInStudy.join(', ')) },
  { name: 'size', width: 100, isShown: false, align: 'end', cell: ({ byteLength }, { formats }) => (byteLength === undefined ? '' : formats.bytes(byteLength)) },
  { name: 'birthDate', width: 110, isShown: false, isFirm: true, isIdentity: true, cell: ({ identity }) => writtenTime(identity?.PatientBirthDate) },
  { name: 'phone', width: 140, isShown: false, isFirm: true, isIdentity: true, ...text(({ identity }) => identity?.PatientTelephoneNumbers) },
  { name: 'idNumber', width: 180, isShown: false, isFirm: true, isIdentity: true, ...text(({ identity }) => identity?.OtherPatientIDs) },
  { name: 'address', width: 200, isShown: false, isIdentity: true, ...text(({ identity }) => identity?.PatientAddress) },
]
