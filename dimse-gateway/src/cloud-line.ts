import { isDeepStrictEqual } from 'node:util'
import type { CloudNode } from './configuration/nodes.ts'
import { cloudNodesOf, organisationKey } from './configuration/organisation.ts'
import type { ConfigurationStore } from './configuration/store.ts'
import { createHttpTarget, type HttpTarget } from './nodes/http-target.ts'
import { tlsOptionsOf, type NodeTlsOptions, type Secrets } from './nodes/node-tls.ts'

/** How the cloud is reached: over a proxy and with certificates, where the hospital has them. */
export interface CloudLine {
  readonly proxy?: string | undefined
  readonly tls: NodeTlsOptions
}

type LineSettings = Pick<CloudNode, 'proxy' | 'tls'>

export const lineOf = async ({ proxy, tls }: LineSettings, secrets: Secrets): Promise<CloudLine> => ({ proxy, tls: await tlsOptionsOf(tls, secrets) })

/** The line to the cloud as the node of the organisation it is bound to is set at the moment; the same object for as long as that stays. */
export function createCloudLine(configuration: Pick<ConfigurationStore, 'current'>, secrets: Secrets): () => Promise<CloudLine> {
  let made: { readonly settings: LineSettings; readonly line: Promise<CloudLine> } | undefined
  return () => {
    const { cloud, nodes } = configuration.current
    const [node] = cloudNodesOf(nodes, cloud && organisationKey(cloud))
    const settings: LineSettings = { proxy: node?.proxy, tls: node?.tls }
    if (!made || !isDeepStrictEqual(made.settings, settings)) made = { settings, line: lineOf(settings, secrets) }
    return made.line
  }
}

/** A target that goes over another line once its settings have changed; what was under way then is to be tried again. */
export function createFollowingTarget(url: string, line: () => Promise<CloudLine>): HttpTarget {
  let current: { readonly line: CloudLine; readonly target: HttpTarget } | undefined
  return {
    exchange: async (exchange) => {
      const now = await line()
      if (current?.line !== now) {
        current?.target.close()
        current = { line: now, target: createHttpTarget({ url, proxy: now.proxy }, now.tls) }
      }
      return current.target.exchange(exchange)
    },
    close: () => { current?.target.close() },
  }
}
