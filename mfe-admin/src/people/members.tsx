import { departments, memberCredentials, members, roles } from '@isocenter/api-client'
import type { Member } from '@isocenter/contracts'
import { Link, Page, useLanguage, usePages, useResource } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SearchFilter, SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { useFilters, useRecord } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { credentialColours } from './credential-colours.ts'
import { InviteForm, MemberForm } from './member-forms.tsx'
import { MemberDrawer } from './member-drawer.tsx'
import { usePeopleWords, useRoleName } from './words.ts'

/** Who belongs to the organisation (ORG-09 to ORG-15). */
export function Members() {
  const words = usePeopleWords()
  const common = useCommonWords()
  const roleName = useRoleName()
  const { formats } = useLanguage()
  const { api, organisation } = useAdmin()
  const filters = useFilters()
  const { record, hrefOf, close } = useRecord()
  const [adding, setAdding] = useState<'member' | 'invitation'>()
  const roleList = useResource('roles', (signal) => roles(api).list(signal))
  const departmentList = useResource(organisation.kind === 'hospital' ? 'departments' : undefined, (signal) => departments(api).list(signal))
  const query = { search: filters.get('search'), state: filters.oneOf('state', ['active', 'suspended']), roleId: filters.get('role'), departmentId: filters.get('department') }
  const pages = usePages(JSON.stringify(query), (cursor, signal) => members(api).list({ ...given(query), ...(cursor !== undefined && { cursor }) }, signal))
  const waiting = useResource('waiting', (signal) => memberCredentials(api).waiting({ limit: 20 }, signal))
  const reload = () => {
    pages.reload()
    waiting.reload()
  }
  const hasDepartments = (departmentList.value?.items.length ?? 0) > 0
  const columns: Column<Member>[] = [
    {
      key: 'name',
      title: words.person,
      isMain: true,
      cell: ({ membershipId, name, state }) => (
        <span className="state-line">
          <Link className="record-link" href={hrefOf(membershipId)}>{name}</Link>
          {state !== 'active' && <Tag color="warning">{words.states[state]}</Tag>}
        </span>
      ),
    },
    { key: 'phone', title: words.phone, cell: ({ phone }) => phone },
    { key: 'role', title: words.role, cell: ({ role }) => roleName(role) },
    ...(hasDepartments ? [{ key: 'department', title: words.department, cell: ({ department }: Member) => department?.name }] : []),
    { key: 'documents', title: words.documents, cell: ({ credentialState }) => <Tag color={credentialColours[credentialState]}>{words.credentialStates[credentialState]}</Tag> },
    { key: 'joined', title: words.joined, isWhole: true, cell: ({ joinedAt }) => formats.date(joinedAt) },
  ]
  return (
    <Page
      title={words.members}
      intro={words.membersIntro}
      actions={(
        <div className="page-actions">
          <Button onClick={() => { setAdding('invitation') }}>{words.invite}</Button>
          <Button type="primary" onClick={() => { setAdding('member') }}>{words.addMember}</Button>
        </div>
      )}
    >
      {(waiting.value?.items.length ?? 0) > 0 && (
        <Card title={<h2 className="card-title">{words.waiting}<Tag color="processing">{formats.number(waiting.value?.items.length ?? 0)}</Tag></h2>}>
          <p className="hint">{words.waitingHint}</p>
          <ul className="rows">{waiting.value?.items.map(({ credentialId, kind, holder, submittedAt }) => (
            <li key={credentialId}>
              <span><Link className="record-link" href={hrefOf(holder.membershipId)}>{holder.name}</Link> · {words.credentialKinds[kind]}</span>
              {submittedAt !== undefined && <span className="hint">{formats.moment(submittedAt)}</span>}
            </li>
          ))}</ul>
        </Card>
      )}
      <Card>
        <div className="filters list-filters">
          <SearchFilter filters={filters} hint={words.searchHint} />
          <SelectFilter filters={filters} name="role" label={words.role} isLoading={roleList.isLoading} options={(roleList.value?.items ?? []).map((role) => ({ value: role.roleId, label: roleName(role) }))} />
          {hasDepartments && (
            <SelectFilter
              filters={filters}
              name="department"
              label={words.department}
              options={(departmentList.value?.items ?? []).map(({ departmentId, name }) => ({ value: departmentId, label: name }))}
            />
          )}
          <SelectFilter filters={filters} name="state" label={common.state} options={(['active', 'suspended'] as const).map((value) => ({ value, label: words.states[value] ?? value }))} />
        </div>
        <Listing pages={pages} isFiltered={filters.isFiltered} onUnfilter={() => { filters.set({ search: '', role: '', department: '', state: '' }) }} empty={words.noMembers} emptyHint={words.noMembersHint}>
          {(items) => <DataTable label={words.members} items={items} columns={columns} rowKey={({ membershipId }) => membershipId} />}
        </Listing>
      </Card>
      {record !== '' && <MemberDrawer key={record} membershipId={record} roles={roleList.value?.items ?? []} departments={departmentList.value?.items ?? []} onClose={close} onChanged={reload} />}
      {adding === 'member' && <MemberForm roles={roleList.value?.items ?? []} onClose={() => { setAdding(undefined) }} onAdded={reload} />}
      {adding === 'invitation' && <InviteForm roles={roleList.value?.items ?? []} onClose={() => { setAdding(undefined) }} onInvited={reload} />}
    </Page>
  )
}

/** What was chosen. */
const given = <Query extends object>(query: Query): Partial<Query> => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== '')) as Partial<Query>
