import { departments } from '@isocenter/api-client'
import type { Department, DepartmentRequest } from '@isocenter/contracts'
import { EmptyState, FormDrawer, Loaded, Page, useAction, useConfirm, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { MemberSelect } from '../parts/member-select.tsx'
import { changing } from '../parts/use-change.ts'
import { useColleagues } from '../parts/use-colleagues.ts'
import { useCommonWords } from '../words/common.ts'
import { usePeopleWords } from './words.ts'

/** Departments of a hospital (ORG-08, ADM-06). */
export function Departments() {
  const words = usePeopleWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const confirm = useConfirm()
  const { run } = useAction()
  const [edited, setEdited] = useState<Department | 'new'>()
  const list = useResource('departments', (signal) => departments(api).list(signal))
  const items = list.value?.items ?? []
  const remove = async ({ departmentId, name }: Department) => {
    if (await confirm({ title: words.deleteDepartmentTitle(name), hint: words.deleteDepartmentHint, action: common.remove })) {
      await run(() => departments(api).remove(departmentId), { done: words.deleted }).then(list.reload)
    }
  }
  const columns: Column<Department>[] = [
    { key: 'name', title: words.department, isMain: true, cell: ({ name }) => <strong>{name}</strong> },
    { key: 'code', title: words.code, cell: ({ code }) => code },
    { key: 'parent', title: words.parent, cell: ({ parentId }) => items.find(({ departmentId }) => departmentId === parentId)?.name },
    { key: 'head', title: words.head, cell: ({ head }) => head?.name },
    { key: 'phone', title: words.departmentPhone, cell: ({ phone }) => phone },
    { key: 'members', title: words.memberCount, isNumber: true, cell: ({ members: count }) => formats.number(count) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (one) => (
        <span className="row-actions">
          <Button size="small" aria-label={`${common.edit}: ${one.name}`} onClick={() => { setEdited(one) }}>{common.edit}</Button>
          <Button size="small" danger aria-label={`${common.remove}: ${one.name}`} onClick={() => void remove(one)}>{common.remove}</Button>
        </span>
      ),
    },
  ]
  return (
    <Page title={words.departments} intro={words.departmentsIntro} actions={<div className="page-actions"><Button type="primary" onClick={() => { setEdited('new') }}>{words.addDepartment}</Button></div>}>
      <Card>
        <Loaded resource={list}>{() => (
          items.length === 0
            ? <EmptyState title={words.noDepartments}>{words.noDepartmentsHint}</EmptyState>
            : <DataTable label={words.departments} items={items} columns={columns} rowKey={({ departmentId }) => departmentId} />
        )}</Loaded>
      </Card>
      {edited !== undefined && (
        <DepartmentForm
          {...(edited !== 'new' && { department: items.find(({ departmentId }) => departmentId === edited.departmentId) ?? edited })}
          all={items}
          onClose={() => { setEdited(undefined) }}
          onChanged={list.reload}
        />
      )}
    </Page>
  )
}

function DepartmentForm({ department, all, onClose, onChanged }: { readonly department?: Department; readonly all: readonly Department[]; readonly onClose: () => void; readonly onChanged: () => void }) {
  const words = usePeopleWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const colleagues = useColleagues()
  const submit = async (values: DepartmentRequest) => {
    const given = { ...values, name: values.name.trim(), parentId: values.parentId ?? '', headId: values.headId ?? '' }
    if (department === undefined) await departments(api).create(given)
    else await changing(() => departments(api).change(department.departmentId, given, department.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<DepartmentRequest>
      title={department === undefined ? words.addDepartment : words.editDepartment}
      onClose={onClose}
      onSubmit={submit}
      problemFields={{ 'name-taken': 'name', 'invalid-department': 'parentId', 'no-such-department': 'parentId', 'no-such-member': 'headId' }}
      initialValues={{
        name: department?.name ?? '',
        code: department?.code ?? '',
        phone: department?.phone ?? '',
        ...(department?.parentId !== undefined && { parentId: department.parentId }),
        ...(department?.head && { headId: department.head.membershipId }),
      }}
    >
      <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus maxLength={100} /></Form.Item>
      <Form.Item name="code" label={words.code}><Input maxLength={40} /></Form.Item>
      <Form.Item name="phone" label={words.departmentPhone}><Input type="tel" maxLength={40} /></Form.Item>
      <Form.Item name="parentId" label={words.parent}>
        <Select
          allowClear
          options={all.filter(({ departmentId }) => departmentId !== department?.departmentId)
            .map(({ departmentId, name }) => ({ value: departmentId, label: name }))}
        />
      </Form.Item>
      <Form.Item name="headId" label={words.head}><MemberSelect known={department?.head ? [department.head] : []} search={colleagues} /></Form.Item>
    </FormDrawer>
  )
}
