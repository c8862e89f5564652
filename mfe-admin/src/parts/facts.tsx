import type { ReactNode } from 'react'

/** Names and values, those without a value left out. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return <dl className="facts">{of.filter(([, value]) => value !== undefined && value !== '' && value !== false).map(([name, value]) => <div key={name} className="fact"><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
}
