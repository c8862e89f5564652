import { navigate, useLocation } from '@isocenter/design-system'

/** Filters of a list, kept in the address: they survive a reload, can be sent to somebody, and go with the tab. */
export interface Filters {
  /** Empty where it is not set. */
  readonly get: (name: string) => string
  /** The value where it is one of these. */
  readonly oneOf: <Value extends string>(name: string, values: readonly Value[]) => Value | undefined
  /** An empty value takes the filter away. */
  readonly set: (change: Readonly<Record<string, string>>) => void
  readonly isFiltered: boolean
}

/** Names that are no filters: which record is open, which tab is shown. */
const others = new Set(['record', 'tab'])

export function useFilters(): Filters {
  const { path, search } = useLocation()
  return {
    get: (name) => search.get(name) ?? '',
    oneOf: (name, values) => values.find((value) => value === search.get(name)),
    set: (change) => {
      const next = new URLSearchParams(search)
      for (const [name, value] of Object.entries(change)) {
        if (value === '') next.delete(name)
        else next.set(name, value)
      }
      navigate(`${path}${next.size > 0 ? `?${next.toString()}` : ''}`, { replace: true })
    },
    isFiltered: [...search.keys()].some((name) => !others.has(name)),
  }
}

/** The record whose detail is open, in the address too: messages link to it. */
export function useRecord(): { readonly record: string; readonly open: (id: string) => void; readonly close: () => void; readonly hrefOf: (id: string) => string } {
  const { path, search } = useLocation()
  const { get, set } = useFilters()
  return {
    record: get('record'),
    open: (id) => { set({ record: id }) },
    close: () => { set({ record: '' }) },
    hrefOf: (id) => {
      const next = new URLSearchParams(search)
      next.set('record', id)
      return `${path}?${next.toString()}`
    },
  }
}
