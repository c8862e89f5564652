import { session, studies as studiesOf } from '@isocenter/api-client'
import { useEffect, useRef, useState } from 'react'
import type { ChosenStudy } from './chosen-studies.ts'

/** Patient of a study that is in the list already. */
export interface StoredPatient {
  readonly PatientID: string | undefined
  readonly PatientName: string | undefined
}

/** Studies of the chosen files that are there already, by StudyInstanceUID, with the patient the list has them under. */
export function useStoredPatients(organisationId: string, chosen: readonly ChosenStudy[]): ReadonlyMap<string, StoredPatient> {
  const [stored, setStored] = useState<ReadonlyMap<string, StoredPatient>>(new Map())
  const asked = useRef(new Set<string>())
  const uids = chosen.map(({ StudyInstanceUID }) => StudyInstanceUID).join()
  useEffect(() => {
    // What was chosen before has been sent: it may be there by now.
    if (uids === '') asked.current.clear()
    for (const record of uids.split(',').filter((uid) => uid !== '' && !asked.current.has(uid))) {
      asked.current.add(record)
      studiesOf(session.api.of(organisationId)).list({ record }).then(({ items: [study] }) => {
        if (study?.StudyInstanceUID === record) setStored((before) => new Map(before).set(record, { PatientID: study.PatientID, PatientName: study.PatientName }))
      // Who cannot be asked now is asked with the next files; the server knows either way.
      }, () => { asked.current.delete(record) })
    }
  }, [organisationId, uids])
  return stored
}
