import type { PermissionDescription, PermissionGroup, RolePermission } from '@isocenter/contracts'
import { Checkbox } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { usePermissionWords } from '../parts/permission-words.ts'
import { useCommonWords } from '../words/common.ts'
import { usePeopleWords } from './words.ts'

/** What a role holds, in plain words, by group; a field of a form. */
export function PermissionMatrix({ all, value = [], onChange, isFull, isReadOnly }: {
  readonly all: readonly PermissionDescription[]
  readonly value?: readonly RolePermission[]
  readonly onChange?: (value: readonly RolePermission[]) => void
  readonly isFull: boolean
  readonly isReadOnly: boolean
}) {
  const words = usePeopleWords()
  const { modules: moduleNames } = useCommonWords()
  const { allows, groupTitle } = usePermissionWords()
  const { modules } = useAdmin()
  const groups = [...new Set(all.map(({ group }) => group))]
  const of = (group: PermissionGroup) => all.filter((one) => one.group === group)
  const set = (permissions: readonly RolePermission[], isHeld: boolean) => {
    const others = value.filter((one) => !permissions.includes(one))
    onChange?.(isHeld ? [...others, ...permissions] : others)
  }
  return (
    <div className="matrix">
      {groups.map((group) => {
        const members = of(group)
        const held = isFull ? members.length : members.filter(({ permission }) => value.includes(permission)).length
        return (
          <fieldset key={group}>
            <legend>
              <Checkbox
                disabled={isReadOnly}
                checked={held === members.length}
                indeterminate={held > 0 && held < members.length}
                onChange={({ target }) => { set(members.map(({ permission }) => permission), target.checked) }}
              >
                <strong>{groupTitle(group)}</strong><span className="only-read"> {words.all}</span>
              </Checkbox>
            </legend>
            <div className="matrix-words">
              {members.map(({ permission, module }) => (
                <Checkbox key={permission} disabled={isReadOnly} checked={isFull || value.includes(permission)} onChange={({ target }) => { set([permission], target.checked) }}>
                  {allows(permission)}
                  {module !== undefined && !modules.includes(module) && <span className="hint small block">{words.moduleOff(moduleNames[module])}</span>}
                </Checkbox>
              ))}
            </div>
          </fieldset>
        )
      })}
    </div>
  )
}
