/** Whose gateway this is, as what waits is told apart by: for one organisation, and not for another the gateway is enrolled to later. */
import type { CloudNode, Node } from './nodes.ts'
import type { Cloud } from './schema.ts'

/** Of one installation: two servers may each have an organisation `default`. An early bond has no audience written down. */
export const organisationKey = ({ organisation: { slug }, tokenAudience }: Pick<Cloud, 'organisation' | 'tokenAudience'>): string =>
  (tokenAudience === undefined ? slug : `${slug}@${tokenAudience}`)

/** Whether two keys mean the same organisation; one without an installation means that slug at any. */
export function isSameOrganisation(one: string, other: string): boolean {
  const [slug, installation] = parted(one)
  const [otherSlug, otherInstallation] = parted(other)
  return slug === otherSlug && (installation === undefined || otherInstallation === undefined || installation === otherInstallation)
}

/** Cloud nodes of an organisation; one that says none is of whichever the gateway is bound to. */
export const cloudNodesOf = (nodes: readonly Node[], organisation: string | undefined): CloudNode[] =>
  nodes.filter((node): node is CloudNode => node.kind === 'cloud' && (node.organisation === undefined || organisation === undefined || isSameOrganisation(node.organisation, organisation)))

function parted(key: string): [slug: string, installation: string | undefined] {
  const at = key.indexOf('@')
  return at < 0 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)]
}
