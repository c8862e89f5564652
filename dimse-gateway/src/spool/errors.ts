import { tagOf, type Keyword, type Tag } from '@isocenter/dicom'
import { isFull } from '@isocenter/durable-files'

/** There is no room: the quota is reached or the disk nearly full. Answered with 0xA700 (PS3.4 Table B.2-1). */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
  readonly reason: 'quota' | 'disk'

  constructor(reason: 'quota' | 'disk', options?: ErrorOptions) {
    super(reason === 'quota' ? 'The spool has reached its quota.' : 'The disk of the spool is nearly full.', options)
    this.reason = reason
  }
}

/** The disk failed in another way than being full. */
export class SpoolUnavailable extends Error {
  override readonly name = 'SpoolUnavailable'
}

/** The data set is not the object the C-STORE request named. Answered with 0xA900 (PS3.4 Table B.2-1). */
export class ObjectMismatch extends Error {
  override readonly name = 'ObjectMismatch'
  /** Keyword of the attribute that is missing or says something else. */
  readonly attribute: Keyword

  constructor(attribute: Keyword, isMissing: boolean) {
    super(isMissing ? `${attribute} is missing` : `${attribute} is not that of the request`)
    this.attribute = attribute
  }

  get tag(): Tag {
    return tagOf(this.attribute)
  }
}

/** There was no data set, or an empty one. Answered with 0xC000 (PS3.4 Table B.2-1). */
export class NothingToStore extends Error {
  override readonly name = 'NothingToStore'

  constructor() {
    super('The data set is empty.')
  }
}

/** What went wrong, in the spool's terms. */
export function inTermsOfSpool(error: unknown): Error {
  if (error instanceof SpoolFull || error instanceof SpoolUnavailable || error instanceof ObjectMismatch || error instanceof NothingToStore) return error
  if (isFull(error)) return new SpoolFull('disk', { cause: error })
  return new SpoolUnavailable('The spool could not take an object.', { cause: error })
}
