import { DimseStatusError, dimseStatus } from '@isocenter/dimse'
import { UpstreamRefused, UpstreamUnavailable } from './upstream.ts'

/**
 * What a caller is answered when the server could not be asked, or said no. Other errors stay what they are.
 * The server's own words do not go on: they may repeat what was searched for.
 */
export function asStatus(error: unknown): unknown {
  if (error instanceof UpstreamUnavailable) return new DimseStatusError(dimseStatus.outOfResources.code, { ErrorComment: 'the server cannot be reached' }, { cause: error })
  if (!(error instanceof UpstreamRefused)) return error
  const { status } = error
  if (status === 403) return new DimseStatusError(dimseStatus.notAuthorized.code, { ErrorComment: 'the gateway may not do this' }, { cause: error })
  return new DimseStatusError(dimseStatus.cannotUnderstand.code, { ErrorComment: `the server refused it with status ${status}` }, { cause: error })
}
