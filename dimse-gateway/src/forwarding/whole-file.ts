import { ObjectUnreadable, type Sendable } from './attempt.ts'

/** The bytes of an object's file from an offset, as many as are announced. @throws ObjectUnreadable */
export async function* wholeFileOf(object: Sendable, from = 0): AsyncGenerator<Uint8Array> {
  let bytes = from
  try {
    for await (const chunk of object.read(from)) {
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw new ObjectUnreadable(object.delivery.deliveryId, { cause: error })
  }
  if (bytes !== object.byteLength) throw new ObjectUnreadable(object.delivery.deliveryId)
}
