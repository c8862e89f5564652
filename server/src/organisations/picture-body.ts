/** Pictures as request bodies: bytes, not JSON. */
import type { FastifyInstance, RawServerDefault } from 'fastify'
import { maxPictureBytes } from '@isocenter/contracts'
import { Type } from 'typebox'
import { badRequest } from '../platform/problem.ts'

/** Documentation only: what comes is a buffer. */
export const Picture = Type.Unsafe<unknown>({ description: 'the bytes of the picture' })

/** Takes pictures in the scope of this plugin. */
export function takePictures(app: Pick<FastifyInstance<RawServerDefault>, 'addContentTypeParser'>): void {
  app.addContentTypeParser(['image/png', 'image/jpeg', 'image/webp'], { parseAs: 'buffer', bodyLimit: maxPictureBytes }, (_request, body, done) => { done(null, body) })
}

/** @throws badRequest 400 where the body is no picture */
export function asBytes(body: unknown): Uint8Array {
  if (!Buffer.isBuffer(body)) throw badRequest('The body must be a picture: image/png, image/jpeg or image/webp.')
  return body
}
