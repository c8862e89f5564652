/** What a node of each kind is sent to by. */
import type { CloudNode, HttpNode, Node } from '../configuration/nodes.ts'
import { fixedAuthorization, type Authorization } from '../nodes/authorization.ts'
import { createHttpTarget } from '../nodes/http-target.ts'
import { dicomwebUrlOf } from '../nodes/node-url.ts'
import { tlsOptionsOf, type Secrets } from '../nodes/node-tls.ts'
import type { Sender } from './attempt.ts'
import type { BandwidthLimit } from './bandwidth.ts'
import type { Queue } from './queue.ts'
import { createDicomSender } from './dicom/sender.ts'
import { createStowSender } from './stow/sender.ts'
import { largeApart } from './uploads/large-apart.ts'
import { createUploadSender } from './uploads/sender.ts'

export interface SenderDeps {
  readonly secrets: Secrets
  /** The gateway's own, for a node of the cloud server. */
  readonly cloudAuthorization: (node: CloudNode) => Authorization
  /** Ours, where a node is not called by another. */
  readonly aeTitle: () => string
  readonly queue: Pick<Queue, 'rememberUpload'>
  readonly clock: () => Date
}

/** A sender for one lane of a node. @throws what is wrong with its TLS settings */
export async function createNodeSender(node: Node, limit: BandwidthLimit, deps: SenderDeps): Promise<Sender> {
  if (node.kind === 'dicom') {
    const tls = node.tls && await tlsOptionsOf(node.tls, deps.secrets)
    return createDicomSender({ node, limit, callingAETitle: node.callingAETitle ?? deps.aeTitle(), tls })
  }
  return createHttpSender(node, limit, deps)
}

async function createHttpSender(node: HttpNode, limit: BandwidthLimit, { secrets, cloudAuthorization, clock, queue }: SenderDeps): Promise<Sender> {
  const target = createHttpTarget(node, await tlsOptionsOf(node.tls, secrets))
  const isCloud = node.kind === 'cloud'
  const authorization = node.kind === 'cloud' ? cloudAuthorization(node) : fixedAuthorization(node.authorization, secrets)
  const now = (): number => clock().getTime()
  const stow = createStowSender({ url: dicomwebUrlOf(node), target, limit, authorization, compress: node.accelerated, givesReceipts: isCloud, now })
  // Resumable uploads are our own server's.
  return isCloud && node.accelerated ? largeApart(stow, createUploadSender({ url: node.url, target, authorization, limit, remember: queue.rememberUpload, now })) : stow
}
