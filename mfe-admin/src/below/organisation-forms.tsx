import { consortiumHospitals, operatorOrganisations } from '@isocenter/api-client'
import { organisationModules, type OrganisationBelow, type OrganisationModule } from '@isocenter/contracts'
import { FormDrawer, useAction } from '@isocenter/design-system'
import { Button, Checkbox, Form, Input, Switch, type FormInstance } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { useCommonWords } from '../words/common.ts'
import { OrganisationSelect } from './organisation-select.tsx'
import { useBelowWords } from './words.ts'

interface Props { readonly onClose: () => void; readonly onChanged: () => void }

/** Which modules an organisation has switched on. */
export function ModulesForm({ organisation: { organisationId, name, switchedOn }, isOperator, onClose, onChanged }: Props & { readonly organisation: OrganisationBelow; readonly isOperator: boolean }) {
  const words = useBelowWords()
  const common = useCommonWords()
  const { api, modules: here } = useAdmin()
  const possible = isOperator ? organisationModules : organisationModules.filter((module) => here.includes(module) || switchedOn.includes(module))
  return (
    <FormDrawer<{ readonly modules: readonly OrganisationModule[] }>
      title={words.switchTitle(name)} initialValues={{ modules: switchedOn }} onClose={onClose}
      onSubmit={async ({ modules }) => {
        await (isOperator ? operatorOrganisations(api) : consortiumHospitals(api)).switchModules(organisationId, modules)
        onChanged()
      }}
    >
      <p className="hint">{words.switchHint}</p>
      <Form.Item name="modules" label={words.modules}><Checkbox.Group className="checks" options={possible.map((value) => ({ value, label: common.modules[value] }))} /></Form.Item>
    </FormDrawer>
  )
}

/** Name and number, which only the operator changes. */
export function RenameForm({ organisation: { organisationId, name, number }, onClose, onChanged }: Props & { readonly organisation: OrganisationBelow }) {
  const words = useBelowWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  return (
    <FormDrawer<{ readonly name: string; readonly number: string }>
      title={words.rename} initialValues={{ name, number }} onClose={onClose} problemFields={{ 'name-taken': 'number' }}
      onSubmit={async (values) => {
        await operatorOrganisations(api).change(organisationId, { name: values.name.trim(), number: values.number.trim() })
        onChanged()
      }}
    >
      <p className="hint">{words.renameHint}</p>
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
      <Form.Item name="number" label={words.number} rules={[{ required: true, pattern: /^[A-Za-z0-9-]{4,40}$/, message: words.wrongNumber }]}><Input className="mono" maxLength={40} /></Form.Item>
    </FormDrawer>
  )
}

/** Puts a hospital into a consortium, or takes it out of one. */
export function ConsortiumForm({ hospital: { organisationId, name }, onClose, onChanged }: Props & { readonly hospital: OrganisationBelow }) {
  const words = useBelowWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const takeOut = async (form: FormInstance<{ readonly consortiumId: string; readonly isBilling: boolean }>) => {
    const { consortiumId } = await form.validateFields(['consortiumId'])
    if (await run(() => operatorOrganisations(api).takeFromConsortium(consortiumId, organisationId), { done: words.takenOut })) {
      onChanged()
      onClose()
    }
  }
  return (
    <FormDrawer<{ readonly consortiumId: string; readonly isBilling: boolean }>
      title={words.putIntoTitle(name)} initialValues={{ isBilling: true }} submitText={words.put} onClose={onClose} problemFields={{ 'no-such-organisation': 'consortiumId', 'wrong-organisation-kind': 'consortiumId' }}
      onSubmit={async ({ consortiumId, isBilling }) => {
        await operatorOrganisations(api).putIntoConsortium(consortiumId, organisationId, { isBilling })
        onChanged()
      }}
    >
      {(form) => (
        <>
          <Form.Item name="consortiumId" label={words.consortium} rules={[{ required: true, message: words.missingConsortium }]}><OrganisationSelect kind="consortium" /></Form.Item>
          <Form.Item required name="isBilling" label={words.isBilling} valuePropName="checked"><Switch /></Form.Item>
          <Button danger loading={isBusy} onClick={() => { takeOut(form).catch(() => { /* Said at the field. */ }) }}>{words.takeOut}</Button>
        </>
      )}
    </FormDrawer>
  )
}
