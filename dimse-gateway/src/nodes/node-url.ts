import type { HttpNode } from '../configuration/nodes.ts'

/** Base of a node's DICOMweb service, without a slash at the end. */
export function dicomwebUrlOf(node: Pick<HttpNode, 'kind' | 'url'>): string {
  const base = node.url.replace(/\/+$/, '')
  return node.kind === 'cloud' ? `${base}/dicom-web` : base
}
