import { departments, notificationRules, roles } from '@isocenter/api-client'
import type { NotificationMethod, NotificationRule } from '@isocenter/contracts'
import { FormDrawer, useAction, useResource } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Form, Input, Select, Switch, type FormInstance } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { MemberSelect } from '../parts/member-select.tsx'
import { changing } from '../parts/use-change.ts'
import { useColleagues } from '../parts/use-colleagues.ts'
import { useRoleName } from '../people/words.ts'
import { useRecordWords } from './words.ts'

interface RuleValues {
  readonly isOn: boolean
  readonly methods: readonly NotificationMethod[]
  readonly roleIds: readonly string[]
  readonly departmentIds: readonly string[]
  readonly membershipIds: readonly string[]
  readonly digestAt: string
  readonly quietFrom: string
  readonly quietTo: string
}

/** By which ways one occasion is told, to whom and when. */
export function NotificationRuleForm({ rule, installed, onClose, onChanged }: {
  readonly rule: NotificationRule
  readonly installed: readonly NotificationMethod[]
  readonly onClose: () => void
  readonly onChanged: () => void
}) {
  const words = useRecordWords()
  const roleName = useRoleName()
  const { api, organisation } = useAdmin()
  const { run, isBusy } = useAction()
  const colleagues = useColleagues()
  const roleList = useResource('roles', (signal) => roles(api).list(signal))
  const departmentList = useResource(organisation.kind === 'hospital' ? 'departments' : undefined, (signal) => departments(api).list(signal))
  const { event, title, isOn, methods, scope, timing, canBeSwitchedOff, possibleMethods, isDefault, version } = rule
  const submit = async ({ isOn: on, methods: chosen, roleIds, departmentIds, membershipIds, digestAt, quietFrom, quietTo }: RuleValues) => {
    const request = {
      isOn: on, methods: [...chosen], scope: { roleIds: [...roleIds], departmentIds: [...departmentIds], membershipIds: [...membershipIds] },
      timing: { ...(digestAt !== '' && { digestAt }), ...(quietFrom !== '' && quietTo !== '' && { quiet: { from: quietFrom, to: quietTo } }) },
    }
    await changing(() => notificationRules(api).set(event, request, version), onChanged)
    onChanged()
  }
  const reset = async () => {
    if (await run(() => notificationRules(api).reset(event), { done: words.resetDone })) {
      onChanged()
      onClose()
    }
  }
  return (
    <FormDrawer<RuleValues>
      title={title} width={560} onClose={onClose} onSubmit={submit} problemFields={{ 'invalid-notification-rule': 'methods' }}
      initialValues={{
        isOn,
        methods,
        roleIds: scope.roleIds,
        departmentIds: scope.departmentIds,
        membershipIds: scope.membershipIds,
        digestAt: timing.digestAt ?? '',
        quietFrom: timing.quiet?.from ?? '',
        quietTo: timing.quiet?.to ?? '',
      }}
    >
      {(form: FormInstance<RuleValues>) => (
        <>
          {!canBeSwitchedOff && <Alert type="info" showIcon className="modal-alert" title={words.safety} />}
          <Form.Item required name="isOn" label={words.ruleOn} valuePropName="checked"><Switch disabled={!canBeSwitchedOff} /></Form.Item>
          <Form.Item name="methods" label={words.methods}>
            <Checkbox.Group
              className="checks"
              options={possibleMethods.map((value) => ({
                value,
                label: `${words.methodNames[value]}${installed.includes(value) ? '' : ` (${words.notInstalled})`}`,
              }))}
            />
          </Form.Item>
          {canBeSwitchedOff && (
            <>
              <fieldset className="plain-fieldset">
                <legend>{words.scope}</legend>
                <p className="hint small">{words.scopeHint}</p>
                <Form.Item name="roleIds" label={words.scopeRoles}>
                  <Select
                    mode="multiple"
                    allowClear
                    loading={roleList.isLoading}
                    options={(roleList.value?.items ?? []).map((role) => ({ value: role.roleId, label: roleName(role) }))}
                  />
                </Form.Item>
                {organisation.kind === 'hospital' && (
                  <Form.Item name="departmentIds" label={words.scopeDepartments}>
                    <Select
                      mode="multiple"
                      allowClear
                      options={(departmentList.value?.items ?? []).map(({ departmentId, name }) => ({ value: departmentId, label: name }))}
                    />
                  </Form.Item>
                )}
                <Form.Item name="membershipIds" label={words.scopeMembers}><MemberSelect isMany known={[]} search={colleagues} /></Form.Item>
              </fieldset>
              <Form.Item name="digestAt" label={words.digestAt} extra={words.digestHint}><Input type="time" className="time-input" /></Form.Item>
              <div className="form-grid">
                <Form.Item name="quietFrom" label={words.quietFrom} extra={words.quietHint}><Input type="time" /></Form.Item>
                <Form.Item
                  name="quietTo"
                  label={words.quietTo}
                  dependencies={['quietFrom']}
                  rules={[{
                    validator: (_rule, value: string) => (
                      (value === '') === (form.getFieldValue('quietFrom') === '') ? Promise.resolve() : Promise.reject(new Error(words.quietBoth))
                    ),
                  }]}
                >
                  <Input type="time" />
                </Form.Item>
              </div>
            </>
          )}
          {!isDefault && <Button loading={isBusy} onClick={() => void reset()}>{words.reset}</Button>}
        </>
      )}
    </FormDrawer>
  )
}
