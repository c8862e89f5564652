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
  readonly attribute: string

  constructor(attribute: string, isMissing: boolean) {
    super(isMissing ? `${attribute} is missing` : `${attribute} is not that of the request`)
    this.attribute = attribute
  }
}

/** No object in the spool has this id. */
export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound'
}
