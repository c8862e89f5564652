import { ApiProblem, organisationRecord, session } from '@isocenter/api-client'
import { hospitalLevels, hospitalTypes, type HospitalPatch, type OrganisationDetail } from '@isocenter/contracts'
import { useAction, useLanguage, useProblemText, useUnsavedForm } from '@isocenter/design-system'
import { Button, Form, Input, Select } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { useOrganisationWords } from './words.ts'

type RecordValues = Pick<HospitalPatch, 'name' | 'introduction' | 'timeZone' | 'level' | 'type' | 'province' | 'city' | 'streetAddress'>

/** What the organisation says of itself. */
export function RecordForm({ organisation, onChanged }: { readonly organisation: OrganisationDetail; readonly onChanged: () => void }) {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const problemText = useProblemText()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const [form] = Form.useForm<RecordValues>()
  const { onValuesChange, saved } = useUnsavedForm()
  const { hospital, version, actions } = organisation
  const mayEdit = actions.includes('edit')
  const { language } = useLanguage()
  const earlier = (code: string | undefined, known: readonly string[]) => (code === undefined || known.includes(code) ? [] : [{ value: code, label: words.earlierEntry(code) }])
  const levels = [
    ...Object.entries(hospitalLevels).map(([country, codes]) => ({ label: words.countries[country] ?? country, options: Object.entries(codes).map(([value, text]) => ({ value, label: text[language] })) })),
    ...earlier(hospital?.level, Object.values(hospitalLevels).flatMap((codes) => Object.keys(codes))),
  ]
  const types = [...Object.entries(hospitalTypes).map(([value, text]) => ({ value, label: text[language] })), ...earlier(hospital?.type, Object.keys(hospitalTypes))]
  const save = (values: RecordValues) => run(async () => {
    try {
      const { level = '', type = '', ...others } = values
      // What was entered before there were lists is in none of them: it stays until another is chosen.
      const codes = { ...(level !== (hospital?.level ?? '') && { level }), ...(type !== (hospital?.type ?? '') && { type }) }
      const patch = { ...others, ...(hospital && codes), timeZone: values.timeZone ?? '' }
      await changing(() => (hospital ? organisationRecord(api).changeHospital(patch, version) : organisationRecord(api).changeTeam(patch, version)), onChanged)
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'name-taken') form.setFields([{ name: 'name', errors: [problemText(error)] }])
      throw error
    }
    saved()
    onChanged()
    // The name stands in the header and in the workbench.
    await session.refresh()
  }, { done: common.saved })
  return (
    <Form<RecordValues>
      form={form} layout="vertical" requiredMark="optional" disabled={!mayEdit} onValuesChange={onValuesChange} onFinish={(values) => void save(values)} className="record-form"
      initialValues={{
        name: organisation.name, introduction: organisation.introduction, ...(organisation.timeZone !== undefined && { timeZone: organisation.timeZone }),
        ...(hospital && {
          ...(hospital.level !== undefined && { level: hospital.level }),
          ...(hospital.type !== undefined && { type: hospital.type }),
          province: hospital.province ?? '',
          city: hospital.city ?? '',
          streetAddress: hospital.streetAddress ?? '',
        }),
      }}
    >
      <div className="form-grid">
        <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input maxLength={100} /></Form.Item>
        {hospital && (
          <>
            <Form.Item name="level" label={words.level}><Select allowClear options={levels} /></Form.Item>
            <Form.Item name="type" label={words.type}><Select allowClear showSearch={{ optionFilterProp: 'label' }} options={types} /></Form.Item>
            <Form.Item name="province" label={words.province}><Input maxLength={60} autoComplete="address-level1" /></Form.Item>
            <Form.Item name="city" label={words.city}><Input maxLength={60} autoComplete="address-level2" /></Form.Item>
            <Form.Item name="streetAddress" label={words.streetAddress}><Input maxLength={300} autoComplete="street-address" /></Form.Item>
          </>
        )}
        <Form.Item name="timeZone" label={words.timeZone} extra={words.timeZoneHint}><Select allowClear showSearch options={Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))} /></Form.Item>
      </div>
      <Form.Item name="introduction" label={words.introduction}><Input.TextArea rows={4} maxLength={5000} /></Form.Item>
      {mayEdit && <Button type="primary" htmlType="submit" loading={isBusy}>{common.save}</Button>}
    </Form>
  )
}
