/** Range requests (RFC 9110 §14.2), one range of bytes at a time. */

export type RequestedRange = { readonly offset: number; readonly length: number } | 'whole' | 'unsatisfiable'

/**
 * What a Range header asks of a body of `length` bytes. Other units, several ranges and what cannot be read are ignored,
 * as RFC 9110 §14.2 allows; `If-Range` must name the current ETag.
 */
export function requestedRange(header: string | undefined, ifRange: string | undefined, etag: string, length: number): RequestedRange {
  if (header === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return 'whole'
  const match = /^bytes *= *(\d*) *- *(\d*)$/i.exec(header.trim())
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') return lastBytes(Number(last), length)
  const from = Number(first)
  const to = last === '' ? length - 1 : Math.min(Number(last), length - 1)
  if (last !== '' && Number(last) < from) return 'whole'
  return from >= length ? 'unsatisfiable' : { offset: from, length: to - from + 1 }
}

function lastBytes(count: number, length: number): RequestedRange {
  if (count === 0 || length === 0) return 'unsatisfiable'
  return { offset: Math.max(0, length - count), length: Math.min(count, length) }
}
