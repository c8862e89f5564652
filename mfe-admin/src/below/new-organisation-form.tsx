import { consortiumHospitals, operatorOrganisations } from '@isocenter/api-client'
import { organisationModules, type OrganisationMaking, type OrganisationRequest } from '@isocenter/contracts'
import { FormDrawer, useLanguage } from '@isocenter/design-system'
import { Checkbox, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { ShownOnce } from '../parts/shown-once.tsx'
import { AcceptanceCode } from '../people/member-forms.tsx'
import { useCommonWords } from '../words/common.ts'
import { OrganisationSelect } from './organisation-select.tsx'
import { useBelowWords } from './words.ts'

interface Values extends Pick<OrganisationRequest, 'kind' | 'name' | 'modules'> {
  readonly timeZone?: string
  readonly ownerId?: string
  readonly phone: string
  readonly person: string
}

/** Makes an organisation and its first administrator, whose password is shown this once. */
export function NewOrganisationForm({ isOperator, onClose, onMade }: { readonly isOperator: boolean; readonly onClose: () => void; readonly onMade: () => void }) {
  const words = useBelowWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api, modules: here } = useAdmin()
  const [made, setMade] = useState<OrganisationMaking & { readonly phone: string }>()
  if (made?.administrator.acceptanceCode !== undefined) return <AcceptanceCode phone={made.phone} code={made.administrator.acceptanceCode} hint={words.invited} onClose={onClose} />
  if (made?.administrator.oneTimePassword !== undefined) {
    const { organisation, administrator: { oneTimePassword, passwordExpiresAt }, phone } = made
    return (
      <ShownOnce
        title={words.made(organisation.name)} hint={<>{words.madeHint} {passwordExpiresAt !== undefined && words.goodUntil(formats.moment(passwordExpiresAt))}</>} onClose={onClose}
        secrets={[{ label: words.numberOf, value: organisation.number }, { label: words.phone, value: phone }, { label: words.oneTimePassword, value: oneTimePassword }]}
      />
    )
  }
  const submit = async ({ kind, name, modules, timeZone, ownerId, phone, person }: Values) => {
    const common = { name: name.trim(), modules: [...modules], ...(timeZone !== undefined && { timeZone }), administrator: { phone: phone.trim(), name: person.trim() } }
    const answer = isOperator ? await operatorOrganisations(api).create({ ...common, kind, ...(kind === 'team' && ownerId !== undefined && { ownerId }) }) : await consortiumHospitals(api).create(common)
    onMade()
    setMade({ ...answer, phone: phone.trim() })
    return false
  }
  // A consortium gives no more than it has.
  const possible = isOperator ? organisationModules : organisationModules.filter((module) => here.includes(module))
  return (
    <FormDrawer<Values>
      title={isOperator ? words.addOrganisation : words.addHospital}
      width={560}
      initialValues={{ kind: 'hospital', name: '', modules: [...possible], phone: '', person: '' }}
      submitText={words.make}
      doneText=""
      onClose={onClose}
      onSubmit={submit}
      problemFields={{ 'invalid-phone': 'phone', 'not-a-login': 'phone', 'account-exists': 'phone', 'name-taken': 'name', 'no-such-organisation': 'ownerId', 'invalid-settings': 'timeZone' }}
    >
      {(form) => (
        <>
          {isOperator && (
            <Form.Item name="kind" label={words.kind} rules={[{ required: true, message: words.missingKind }]}>
              <Select options={(['hospital', 'team', 'consortium'] as const).map((value) => ({ value, label: common.kinds[value] }))} />
            </Form.Item>
          )}
          <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
          <Form.Item noStyle shouldUpdate={(before: Values, after: Values) => before.kind !== after.kind}>{() => (
            isOperator && form.getFieldValue('kind') === 'team' && (
              <Form.Item name="ownerId" label={words.owner} extra={words.ownerHint}><OrganisationSelect kind="hospital" /></Form.Item>
            )
          )}</Form.Item>
          <Form.Item name="timeZone" label={words.timeZone}><Select allowClear showSearch options={Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))} /></Form.Item>
          <Form.Item name="modules" label={words.modules}><Checkbox.Group className="checks" options={possible.map((value) => ({ value, label: common.modules[value] }))} /></Form.Item>
          <fieldset className="plain-fieldset">
            <legend>{words.administrator}</legend>
            <p className="hint small">{words.administratorHint}</p>
            <Form.Item name="person" label={words.person} rules={[{ required: true, whitespace: true, message: words.missingName }]}><Input maxLength={100} autoComplete="off" /></Form.Item>
            <Form.Item name="phone" label={words.phone} rules={[{ required: true, whitespace: true, min: 5, message: words.missingPhone }]}><Input type="tel" maxLength={30} autoComplete="off" /></Form.Item>
          </fieldset>
        </>
      )}
    </FormDrawer>
  )
}
