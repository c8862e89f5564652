import { consortiumHospitals, operatorOrganisations } from '@isocenter/api-client'
import { organisationKinds, type OrganisationBelow } from '@isocenter/contracts'
import { Page, useLanguage, usePages } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { SearchFilter, SelectFilter } from '../parts/filter-fields.tsx'
import { Listing } from '../parts/listing.tsx'
import { useFilters } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { ConsortiumForm, ModulesForm, RenameForm } from './organisation-forms.tsx'
import { NewOrganisationForm } from './new-organisation-form.tsx'
import { useBelowWords } from './words.ts'

/** Hospitals of the consortium (ORG-01). */
export const Hospitals = () => <Below side="consortium" />

/** Every organisation of the installation, for its operator (PLAT-02). */
export const Organisations = () => <Below side="platform" />

function Below({ side }: { readonly side: 'consortium' | 'platform' }) {
  const words = useBelowWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api, may } = useAdmin()
  const filters = useFilters()
  const [isAdding, setAdding] = useState(false)
  const [doing, setDoing] = useState<{ readonly what: 'modules' | 'rename' | 'consortium'; readonly to: OrganisationBelow }>()
  const isOperator = side === 'platform'
  const kind = isOperator ? filters.oneOf('kind', organisationKinds) : undefined
  const search = filters.get('search')
  const pages = usePages(JSON.stringify([kind, search]), (cursor, signal) =>
    (isOperator ? operatorOrganisations(api) : consortiumHospitals(api)).list(
      { ...(kind && { kind }), ...(search !== '' && { search }), ...(cursor !== undefined && { cursor }) },
      signal,
    ))
  const columns: Column<OrganisationBelow>[] = [
    {
      key: 'name',
      title: words.organisation,
      isMain: true,
      cell: ({ name, isBilling }) => (
        <span className="state-line"><strong>{name}</strong>{isBilling === true && <Tag color="processing">{words.billing}</Tag>}</span>
      ),
    },
    { key: 'number', title: words.number, isWhole: true, cell: ({ number }) => <span className="mono">{number}</span> },
    ...(isOperator ? [{ key: 'kind', title: words.kind, cell: ({ kind: is }: OrganisationBelow) => common.kinds[is] }] : []),
    {
      key: 'modules',
      title: words.modules,
      cell: ({ switchedOn, modules }) => (
        <span className="tag-list">
          {switchedOn.map((module) => (
            <Tag
              key={module}
              color={modules.includes(module) ? 'success' : 'default'}
              {...(!modules.includes(module) && { title: words.notInForce })}
            >
              {common.modules[module]}
              {!modules.includes(module) && <span className="only-read"> ({words.notInForce})</span>}
            </Tag>
          ))}
        </span>
      ),
    },
    { key: 'members', title: words.members, isNumber: true, cell: ({ members }) => formats.number(members) },
    { key: 'since', title: words.createdAt, isWhole: true, cell: ({ createdAt }) => formats.date(createdAt) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (one) => (
        <span className="row-actions">
          {one.kind !== 'platform' && (isOperator ? may('operator.modules') : one.isBilling !== false) && (
            <Button size="small" aria-label={words.switchTitle(one.name)} onClick={() => { setDoing({ what: 'modules', to: one }) }}>
              {words.switchModules}
            </Button>
          )}
          {isOperator && <Button size="small" aria-label={`${words.rename}: ${one.name}`} onClick={() => { setDoing({ what: 'rename', to: one }) }}>{words.rename}</Button>}
          {isOperator && one.kind === 'hospital' && <Button size="small" aria-label={words.putIntoTitle(one.name)} onClick={() => { setDoing({ what: 'consortium', to: one }) }}>{words.consortia}</Button>}
        </span>
      ),
    },
  ]
  const close = () => { setDoing(undefined) }
  return (
    <Page
      title={isOperator ? words.organisations : words.hospitals}
      intro={isOperator ? words.organisationsIntro : words.hospitalsIntro}
      actions={(
        <div className="page-actions">
          <Button type="primary" onClick={() => { setAdding(true) }}>{isOperator ? words.addOrganisation : words.addHospital}</Button>
        </div>
      )}
    >
      <Card>
        <div className="filters list-filters">
          <SearchFilter filters={filters} hint={words.searchHint} />
          {isOperator && <SelectFilter filters={filters} name="kind" label={words.kind} options={organisationKinds.map((value) => ({ value, label: common.kinds[value] }))} />}
        </div>
        <Listing
          pages={pages}
          isFiltered={filters.isFiltered}
          onUnfilter={() => { filters.set({ search: '', kind: '' }) }}
          empty={words.none}
          emptyHint={words.noneHint}
        >
          {(items) => (
            <DataTable
              label={isOperator ? words.organisations : words.hospitals}
              items={items}
              columns={columns}
              rowKey={({ organisationId }) => organisationId}
            />
          )}
        </Listing>
      </Card>
      {isAdding && <NewOrganisationForm isOperator={isOperator} onClose={() => { setAdding(false) }} onMade={pages.reload} />}
      {doing?.what === 'modules' && <ModulesForm organisation={doing.to} isOperator={isOperator} onClose={close} onChanged={pages.reload} />}
      {doing?.what === 'rename' && <RenameForm organisation={doing.to} onClose={close} onChanged={pages.reload} />}
      {doing?.what === 'consortium' && <ConsortiumForm hospital={doing.to} onClose={close} onChanged={pages.reload} />}
    </Page>
  )
}
