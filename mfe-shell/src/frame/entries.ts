import { HomeOutlined } from '@ant-design/icons'
import type { OwnMembership } from '@isocenter/contracts'
import type { ComponentType } from 'react'
import type { Words } from '../words/index.ts'

/** One line of the navigation. */
export interface Entry {
  readonly name: keyof Words['frame']['places']
  readonly icon: ComponentType<{ readonly 'aria-hidden': true }>
  /** What follows `/o/:organisationId`; everything below it belongs to the entry too. */
  readonly path: string
  /** True when the role and the organisation's modules let its holder in. */
  readonly isOpenTo: (membership: OwnMembership) => boolean
}

/** Navigation of an organisation, in its order (PLAT-10). An entry is added with its pages, not before. */
export const entries: readonly Entry[] = [
  { name: 'home', icon: HomeOutlined, path: '/home', isOpenTo: () => true },
]

export const entriesOf = (membership: OwnMembership): readonly Entry[] => entries.filter(({ isOpenTo }) => isOpenTo(membership))
