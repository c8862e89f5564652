import { useResource, useSought } from '@isocenter/design-system'
import { Select } from 'antd'
import { useState } from 'react'

interface Person { readonly membershipId: string; readonly name: string }

interface Shared {
  readonly id?: string
  /** Those chosen before, so that their names are known. */
  readonly known: readonly Person[]
  readonly search: (words: string, signal: AbortSignal) => Promise<readonly Person[]>
}
type MemberSelectProps = Shared & (
  | { readonly isMany?: false; readonly value?: string; readonly onChange?: (value: string | undefined) => void }
  | { readonly isMany: true; readonly value?: readonly string[]; readonly onChange?: (value: readonly string[]) => void }
)

/** Chooses members by their names, sought on the server: an organisation may have thousands. A field of a form. */
export function MemberSelect(props: MemberSelectProps) {
  const { id, known, search } = props
  const { sought, onType } = useSought()
  const found = useResource(`members ${sought}`, (signal) => search(sought, signal))
  // Those chosen keep their names while others are sought.
  const [named, setNamed] = useState<readonly Person[]>(known)
  const people = [...new Map([...named, ...(found.value ?? [])].map((person) => [person.membershipId, person])).values()]
  const chosen = props.isMany === true ? props.value ?? [] : props.value === undefined ? [] : [props.value]
  const options = people
    .filter(({ membershipId }) => chosen.includes(membershipId) || found.value?.some((one) => one.membershipId === membershipId) === true)
    .map(({ membershipId, name }) => ({ value: membershipId, label: name }))
  const keep = (ids: readonly string[]) => { setNamed(people.filter(({ membershipId }) => ids.includes(membershipId))) }
  const common = { ...(id !== undefined && { id }), showSearch: { filterOption: false, onSearch: onType }, loading: found.isLoading, options, allowClear: true } as const
  return props.isMany === true
    ? <Select<string[]> {...common} mode="multiple" value={[...(props.value ?? [])]} onChange={(value) => { keep(value); props.onChange?.(value) }} />
    : <Select<string> {...common} {...(props.value !== undefined && { value: props.value })} onChange={(value: string | undefined) => { keep(value === undefined ? [] : [value]); props.onChange?.(value) }} />
}
