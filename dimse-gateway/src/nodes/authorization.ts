import type { DicomwebNode } from '../configuration/nodes.ts'
import type { Secrets } from './node-tls.ts'

/** What a node is told of who sends. */
export interface Authorization {
  /** Value of the Authorization header; undefined where there is none. */
  readonly header: (signal?: AbortSignal) => Promise<string | undefined>
  /** The node did not accept what `header` gave: the next one is made anew, where that is possible. True when it is worth another try. */
  readonly refused: () => boolean
}

/** The fixed credentials of a DICOMweb node that is not ours. */
export function fixedAuthorization(authorization: DicomwebNode['authorization'], secrets: Secrets): Authorization {
  return {
    header: async () => {
      if (!authorization) return undefined
      const secret = await secrets(authorization.secret) ?? ''
      return authorization.scheme === 'bearer' ? `Bearer ${secret}` : `Basic ${Buffer.from(`${authorization.userName}:${secret}`, 'utf8').toString('base64')}`
    },
    refused: () => false,
  }
}
