import type { CorrectableKeyword, UploadCorrections } from '@isocenter/contracts'
import { useUnsaved } from '@isocenter/design-system'
import { Alert, Button, Checkbox } from 'antd'
import { useState } from 'react'
import { useStudyWords } from '../words.ts'
import { chosenStudies, differences, isOfAnotherPatient, patientsOf, type ChosenStudy } from './chosen-studies.ts'
import { ChosenStudyForm, keywordsFor, type TypedValues } from './chosen-study-form.tsx'
import { FilesForm, nothingSaid, targetOf, type AboutFiles } from './files-form.tsx'
import { useStoredPatients, type StoredPatient } from './use-stored-patients.ts'
import type { UploadItem, UploadQueue } from './upload-queue.ts'

/** Of a disc with many studies the first are shown in forms; all are sent. */
const mostForms = 20

interface UploadReviewProps {
  readonly organisationId: string
  readonly items: readonly UploadItem[]
  readonly queue: UploadQueue
  readonly mayCorrect: boolean
  readonly seesIdentities: boolean
}

/** What the chosen files say, before they are sent: what is typed otherwise is a correction, and somebody says that it is meant (D-87). */
export function UploadReview({ organisationId, items, queue, mayCorrect, seesIdentities }: UploadReviewProps) {
  const { upload: words, unnamed } = useStudyWords()
  const [typed, setTyped] = useState<ReadonlyMap<string, TypedValues>>(new Map())
  const [isConfirmed, setConfirmed] = useState(false)
  const [about, setAbout] = useState<AboutFiles>(nothingSaid)
  const ready = items.filter(({ outcome }) => outcome === 'ready')
  const studies = chosenStudies(items)
  const corrections = new Map(studies.flatMap(({ StudyInstanceUID, values }): [string, UploadCorrections][] => {
    const different = differences({ values }, typed.get(StudyInstanceUID) ?? {}) as Partial<Record<CorrectableKeyword, string>>
    return Object.keys(different).length === 0 ? [] : [[StudyInstanceUID, different]]
  }))
  useUnsaved(ready.length > 0)
  const stored = useStoredPatients(organisationId, studies.slice(0, mostForms))
  const patients = patientsOf(studies)
  const conflicting = (study: ChosenStudy): StoredPatient | undefined => {
    const there = stored.get(study.StudyInstanceUID)
    return there !== undefined && isOfAnotherPatient(study, there) ? there : undefined
  }
  const isMixed = studies.some((study) => study.patients.length > 1 || conflicting(study) !== undefined)
  const asks = isMixed || corrections.size > 0
  const files = ready.filter(({ isFile }) => isFile === true).length
  const readable = ready.filter(({ header, isFile }) => header !== undefined || isFile === true).length
  const target = files === 0 ? undefined : targetOf(about)
  if (ready.length === 0) return null
  const send = () => {
    queue.send(corrections, target)
    // What is chosen next is another study, of perhaps another patient.
    setTyped(new Map())
    setConfirmed(false)
    setAbout(nothingSaid)
  }
  return (
    <div className="upload-review">
      {patients.length > 1 && !isMixed && <Alert type="warning" showIcon title={words.severalPatients(patients.length)} description={patients.map((patient) => (patient === '' ? unnamed : patient)).join('; ')} />}
      {studies.slice(0, mostForms).map((study) => (
        <ChosenStudyForm
          key={study.StudyInstanceUID} study={study} typed={typed.get(study.StudyInstanceUID) ?? {}} keywords={keywordsFor(seesIdentities)} mayCorrect={mayCorrect} isThere={stored.has(study.StudyInstanceUID)} conflicting={conflicting(study)}
          onTyped={(values) => {
            setTyped(new Map(typed).set(study.StudyInstanceUID, values))
            // Said of what was there then.
            setConfirmed(false)
          }}
        />
      ))}
      {studies.length > mostForms && <p className="hint">{words.furtherStudies(studies.length - mostForms)}</p>}
      {ready.length > readable && <p className="hint">{words.unreadable(ready.length - readable)}</p>}
      {files > 0 && <FilesForm organisationId={organisationId} files={files} about={about} onAbout={setAbout} />}
      {asks && <Checkbox checked={isConfirmed} onChange={({ target }) => { setConfirmed(target.checked) }}>{[isMixed ? words.confirmMixed : '', corrections.size > 0 ? words.confirmCorrections : ''].filter((text) => text !== '').join(' ')}</Checkbox>}
      <div className="card-actions">
        <Button type="primary" disabled={(asks && !isConfirmed) || (files > 0 && target === undefined)} onClick={send}>{words.send(ready.length)}</Button>
        <Button onClick={queue.discard}>{words.discard}</Button>
      </div>
    </div>
  )
}
