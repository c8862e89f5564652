import { operatorOrganisations } from '@isocenter/api-client'
import type { OrganisationKind } from '@isocenter/contracts'
import { useResource, useSought } from '@isocenter/design-system'
import { Select } from 'antd'
import { useAdmin } from '../parts/admin.ts'

const offered = 20

/** Chooses an organisation of a kind by name or number; for the operator. A field of a form. */
export function OrganisationSelect({ id, kind, value, onChange }: { readonly id?: string; readonly kind: OrganisationKind; readonly value?: string; readonly onChange?: (value: string | undefined) => void }) {
  const { api } = useAdmin()
  const { sought, onType } = useSought()
  const found = useResource(`${kind} ${sought}`, (signal) => operatorOrganisations(api).list({ kind, limit: offered, ...(sought !== '' && { search: sought }) }, signal))
  return (
    <Select<string>
      {...(id !== undefined && { id })} {...(value !== undefined && { value })} allowClear showSearch={{ filterOption: false, onSearch: onType }} loading={found.isLoading}
      options={(found.value?.items ?? []).map(({ organisationId, name, number }) => ({ value: organisationId, label: `${name} (${number})` }))} onChange={(chosen: string | undefined) => onChange?.(chosen)}
    />
  )
}
