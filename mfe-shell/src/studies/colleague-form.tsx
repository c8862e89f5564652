import { addressBook, session, studies } from '@isocenter/api-client'
import { FormDrawer, useLanguage, useResource, useSought } from '@isocenter/design-system'
import { Form, Input, Select } from 'antd'
import { useState } from 'react'
import { ChosenStudies, type ChosenStudy } from './chosen-studies.tsx'
import { writtenName } from './row-text.ts'
import { useStudyWords } from './words.ts'

interface ColleagueFormProps {
  readonly organisationId: string
  readonly study: ChosenStudy
  readonly onClose: () => void
}

/** Hands a study to colleagues of the same organisation, who are told of it inside the product (SHARE-04). */
export function ColleagueForm({ organisationId, study, onClose }: ColleagueFormProps) {
  const all = useStudyWords()
  const words = all.colleague
  const { language } = useLanguage()
  const { sought, onType } = useSought()
  const [chosen, setChosen] = useState<readonly { readonly value: string; readonly label: string }[]>([])
  const people = useResource(`${organisationId} ${sought}`, (signal) => addressBook(session.api.of(organisationId)).people({ organisationId, limit: 20, ...(sought !== '' && { search: sought }) }, signal))
  const found = (people.value?.items ?? []).map(({ membershipId, name, department }) => ({ value: membershipId, label: department === undefined ? name : `${name} · ${department.name}` }))
  const options = [...found, ...chosen.filter(({ value }) => !found.some((one) => one.value === value))]
  return (
    <FormDrawer<{ membershipIds: string[]; note?: string }> title={words.title(writtenName(study, language, all))} initialValues={{}} submitText={words.submit} doneText={words.done} onClose={onClose} problemFields={{ 'no-such-colleague': 'membershipIds' }}
      onSubmit={async ({ membershipIds, note }) => { await studies(session.api.of(organisationId)).shareWithColleagues(study.StudyInstanceUID, { membershipIds, ...((note ?? '').trim() !== '' && { note: (note ?? '').trim() }) }) }}>
      <ChosenStudies studies={[study]} />
      <p className="hint">{words.hint}</p>
      <Form.Item name="membershipIds" label={words.people} rules={[{ required: true, message: words.peopleMissing }]}>
        <Select mode="multiple" maxCount={20} showSearch={{ filterOption: false, onSearch: onType }} loading={people.isLoading} options={options} placeholder={words.find} notFoundContent={people.isLoading ? null : words.nobody}
          onChange={(values: string[]) => { setChosen(options.filter(({ value }) => values.includes(value))) }} />
      </Form.Item>
      <Form.Item name="note" label={words.note} extra={words.noteHint}><Input.TextArea rows={3} maxLength={500} showCount /></Form.Item>
    </FormDrawer>
  )
}
