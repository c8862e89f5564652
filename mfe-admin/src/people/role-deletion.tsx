import { roles as rolesOf } from '@isocenter/api-client'
import type { Role } from '@isocenter/contracts'
import { FormDrawer, useLanguage } from '@isocenter/design-system'
import { Form, Select } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { usePeopleWords, useRoleName } from './words.ts'

/** Deletes a role; who holds it gets another. */
export function RoleDeletion({ role, roles, onClose, onDeleted }: { readonly role: Role; readonly roles: readonly Role[]; readonly onClose: () => void; readonly onDeleted: () => void }) {
  const words = usePeopleWords()
  const common = useCommonWords()
  const roleName = useRoleName()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const isHeld = role.members > 0
  return (
    <FormDrawer<{ readonly replacementId?: string }>
      title={words.deleteRoleTitle(roleName(role))}
      initialValues={{}}
      isDangerous
      submitText={common.remove}
      doneText={words.roleDeleted}
      onClose={onClose}
      problemFields={{ 'role-in-use': 'replacementId', 'no-such-role': 'replacementId', 'full-role-needed': 'replacementId' }}
      onSubmit={async ({ replacementId }) => {
        await changing(() => rolesOf(api).remove(role.roleId, replacementId), onDeleted)
        onDeleted()
      }}
    >
      <p className="hint">{isHeld ? words.replacementHint(formats.number(role.members)) : words.replacementUnheld}</p>
      <Form.Item name="replacementId" label={words.replacement} rules={isHeld ? [{ required: true, message: words.missingReplacement }] : []}>
        <Select autoFocus allowClear={!isHeld} options={roles.filter(({ roleId, actions }) => roleId !== role.roleId && actions.includes('assign')).map((one) => ({ value: one.roleId, label: roleName(one) }))} />
      </Form.Item>
    </FormDrawer>
  )
}
