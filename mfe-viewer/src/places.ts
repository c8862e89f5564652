/** Addresses of the viewer's page: `/o/:organisationId/viewer?studies=UID,UID`. */
import { maxStudiesTogether } from '@isocenter/contracts'

export interface Shown {
  readonly organisationId: string
  /** One, or up to five side by side. */
  readonly StudyInstanceUIDs: readonly string[]
}

/** Where these studies are shown. No name and no number of a patient is in it: it may be handed to a colleague. */
export const addressOf = ({ organisationId, StudyInstanceUIDs }: Shown): string => `/o/${organisationId}/viewer?studies=${StudyInstanceUIDs.join(',')}`

/** What an address asks to be shown; undefined where it names no study, or what are no UIDs. */
export function shownBy(path: string, search: URLSearchParams): Shown | undefined {
  const [, organisationId] = /^\/o\/([1-9]\d{0,17})\/viewer\/?$/.exec(path) ?? []
  const StudyInstanceUIDs = [...new Set((search.get('studies') ?? '').split(',').filter((uid) => /^[0-9.]{1,64}$/.test(uid)))].slice(0, maxStudiesTogether)
  return organisationId === undefined || StudyInstanceUIDs.length === 0 ? undefined : { organisationId, StudyInstanceUIDs }
}
