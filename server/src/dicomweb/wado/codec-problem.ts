/** What a codec's failure is to who asked. */
import { CodecError } from '@isocenter/codecs'
import { unavailable } from '../../platform/problem.ts'
import { unacceptable, type Offer } from '../media-types.ts'

/**
 * The problem to answer with: 503 where only the moment is wrong, 406 with the forms that need no codec where the pixels
 * cannot be brought into the one asked for. Errors that are no codec's are given back as they are.
 */
export function codecProblem(error: unknown, stored: readonly Offer[]): unknown {
  if (!(error instanceof CodecError)) return error
  return error.code === 'overloaded' || error.code === 'closed' ? unavailable('Too many frames wait to be decoded or encoded.') : unacceptable(stored)
}
