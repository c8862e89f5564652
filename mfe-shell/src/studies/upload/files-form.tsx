import { session, studies as studiesOf } from '@isocenter/api-client'
import { anatomicRegions, eyeDevices, eyes, studyCategories, type FileDescription, type StudyCategory, type StudySummary } from '@isocenter/contracts'
import { useLanguage, useProblemText, useResource, useSought } from '@isocenter/design-system'
import { Form, Input, Select } from 'antd'
import type { ReactNode } from 'react'
import { writtenName, writtenTime } from '../row-text.ts'
import { useStudyWords } from '../words.ts'
import type { FileTarget } from './upload-queue.ts'

/** What somebody has said of pictures, documents and videos until now. */
export type AboutFiles = Partial<Omit<FileDescription, 'InstanceNumber' | 'batch' | 'StudyInstanceUID'>> & { readonly study?: StudySummary | undefined; readonly newStudyInstanceUID: string }

/** A UID out of a UUID (PS3.5 §B.2). */
const newUID = (): string => `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll('-', '')}`).toString()}`
export const nothingSaid = (): AboutFiles => ({ newStudyInstanceUID: newUID() })

/** As a server takes it; undefined while something is missing. */
export function targetOf({ study, newStudyInstanceUID, category, ...said }: AboutFiles): FileTarget | undefined {
  if (category === undefined) return undefined
  const { PatientName, PatientID, PatientSex, PatientBirthDate, StudyDate, AccessionNumber, StudyDescription, title, ImageLaterality, eyeDevice, anatomicRegion, SpecimenIdentifier } = said
  const ofPatient = study === undefined ? { PatientName, PatientID, PatientSex, PatientBirthDate, StudyDate, AccessionNumber, StudyDescription } : {}
  const ofCategory = category === 'ophthalmology' ? { ImageLaterality, eyeDevice } : category === 'pathology' ? { SpecimenIdentifier } : category === 'endoscopy' ? { anatomicRegion } : {}
  const target = Object.fromEntries(Object.entries({ ...ofPatient, ...ofCategory, title }).flatMap(([name, value]) => (value === undefined || value.trim() === '' ? [] : [[name, value.trim()]])))
  const needed = [...(study === undefined ? ['PatientName', 'PatientID', 'StudyDate'] : []), ...requiredOf(category)]
  if (needed.some((name) => target[name] === undefined)) return undefined
  return { ...target, category, StudyInstanceUID: study?.StudyInstanceUID ?? newStudyInstanceUID }
}

const requiredOf = (category: StudyCategory | undefined): readonly string[] => (category === 'ophthalmology' ? ['ImageLaterality'] : category === 'pathology' ? ['SpecimenIdentifier'] : category === 'endoscopy' ? ['anatomicRegion'] : [])
const mostFound = 20

interface FilesFormProps {
  readonly organisationId: string
  readonly files: number
  readonly about: AboutFiles
  readonly onAbout: (about: AboutFiles) => void
}

/** Of which study, patient and category pictures, documents and videos are (PLAT-11). */
export function FilesForm({ organisationId, files, about, onAbout }: FilesFormProps) {
  const words = useStudyWords()
  const { upload } = words
  const { language } = useLanguage()
  const problemText = useProblemText()
  const { sought, onType } = useSought()
  const answer = useResource(sought === '' ? undefined : `${organisationId} ${sought}`, (signal) => studiesOf(session.api.of(organisationId)).list({ keyword: sought, arrival: 'any', limit: mostFound }, signal))
  const found = sought === '' ? [] : answer.value?.items ?? []
  const aboutSearch = sought === '' ? upload.findStudy : answer.error ? problemText(answer.error) : !answer.isLoading && found.length === 0 ? upload.noStudy : undefined
  const said = (one: StudySummary): string => [writtenName(one, language, words), one.PatientID, writtenTime(one.StudyDate), one.StudyDescription ?? one.examTypes.join(' ')].filter((part) => part !== undefined && part !== '').join(' · ')
  const set = (members: Partial<AboutFiles>) => { onAbout({ ...about, ...members }) }
  const isNeeded = (name: string) => (about.study === undefined && ['PatientName', 'PatientID', 'StudyDate'].includes(name)) || requiredOf(about.category).includes(name)
  const item = (name: string, label: string, field: ReactNode) => <Form.Item key={name} htmlFor={`files-${name}`} label={label} required={isNeeded(name)}>{field}</Form.Item>
  const text = (name: 'PatientName' | 'PatientID' | 'AccessionNumber' | 'StudyDescription' | 'title' | 'SpecimenIdentifier', label: string, maxLength: number) =>
    item(name, label, <Input id={`files-${name}`} value={about[name] ?? ''} maxLength={maxLength} onChange={({ target }) => { set({ [name]: target.value }) }} />)
  const day = (name: 'PatientBirthDate' | 'StudyDate', label: string) => item(name, label, <Input id={`files-${name}`} type="date" value={writtenTime(about[name])} onChange={({ target }) => { set({ [name]: target.value.replaceAll('-', '') }) }} />)
  const attribute = (name: string): string => words.attributes[name] ?? name
  return (
    <section className="chosen-study" aria-label={upload.otherFiles(files)}>
      <strong>{upload.otherFiles(files)}</strong>
      <p className="hint">{upload.otherFilesHint}</p>
      <Form layout="vertical" component="div">
        <div className="case-form">
          <Form.Item htmlFor="files-category" label={upload.category} required>
            <Select id="files-category" value={about.category} onChange={(category) => { set({ category }) }} options={studyCategories.map((value) => ({ value, label: words.categories[value] }))} />
          </Form.Item>
          <Form.Item htmlFor="files-study" label={upload.target} extra={about.study === undefined ? aboutSearch : upload.ofStudy}>
            <Select
              id="files-study" value={about.study?.StudyInstanceUID ?? ''} showSearch={{ filterOption: false, onSearch: onType }}
              onChange={(uid) => { set({ study: found.find(({ StudyInstanceUID }) => StudyInstanceUID === uid) }) }}
              options={[{ value: '', label: upload.newStudy }, ...[...new Map([...(about.study === undefined ? [] : [about.study]), ...found].map((one) => [one.StudyInstanceUID, one])).values()].map((one) => ({ value: one.StudyInstanceUID, label: said(one) }))]}
            />
          </Form.Item>
          {about.study === undefined && [
            text('PatientName', attribute('PatientName'), 194), text('PatientID', attribute('PatientID'), 64),
            item('PatientSex', attribute('PatientSex'), <Select id="files-PatientSex" allowClear value={about.PatientSex} onChange={(PatientSex: FileDescription['PatientSex']) => { set({ PatientSex }) }} options={(['M', 'F', 'O'] as const).map((value) => ({ value, label: words.sexes[value] }))} />),
            day('PatientBirthDate', attribute('PatientBirthDate')), day('StudyDate', attribute('StudyDate')), text('AccessionNumber', attribute('AccessionNumber'), 16), text('StudyDescription', attribute('StudyDescription'), 64),
          ]}
          {about.category === 'ophthalmology' && [
            item('ImageLaterality', upload.eye, <Select id="files-ImageLaterality" value={about.ImageLaterality} onChange={(ImageLaterality) => { set({ ImageLaterality }) }} options={eyes.map((value) => ({ value, label: upload.eyes[value] }))} />),
            item('eyeDevice', upload.eyeDevice, <Select id="files-eyeDevice" allowClear placeholder={upload.otherDevice} value={about.eyeDevice} onChange={(eyeDevice: FileDescription['eyeDevice']) => { set({ eyeDevice }) }} options={eyeDevices.map((value) => ({ value, label: upload.eyeDevices[value] }))} />),
          ]}
          {about.category === 'pathology' && text('SpecimenIdentifier', upload.specimen, 64)}
          {about.category === 'endoscopy' && item('anatomicRegion', upload.region, <Select id="files-anatomicRegion" value={about.anatomicRegion} onChange={(anatomicRegion) => { set({ anatomicRegion }) }} options={anatomicRegions.map((value) => ({ value, label: upload.regions[value] }))} />)}
          {text('title', upload.seriesTitle, 64)}
        </div>
      </Form>
    </section>
  )
}
