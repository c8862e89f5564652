/** HTTP face of the personal signature, and of the phone that draws it. */
import { PhoneSigning, PhoneSigningParams, PhoneSigningQuery, PhoneSigningState, Problem, Signature, signingTokenHeader, SignatureUpload, maxSignatureBytes } from '@isocenter/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { asBytes, Picture, takePictures } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { People } from './people.ts'
import { signingOver } from './problems.ts'

const Empty = Type.Null()
const tags = ['Personal centre']

export const signatureRoutes: ApiRoutes<{ people: Pick<People, 'signatures' | 'phoneSignings'> }> = async (app, { people: { signatures, phoneSignings } }) => {
  takePictures(app)
  app.addHook('onSend', noStore)

  app.get('/account/signature', {
    schema: { operationId: 'getSignature', summary: 'Which signature the person signs with', tags, response: { 200: Signature, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request) => signatures.find(request.session))

  app.get('/account/signature/picture', {
    schema: { operationId: 'getSignaturePicture', summary: 'The signature the person signs with, PNG', tags },
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => {
    const { png, etag } = await signatures.picture(request.session)
    return reply.type('image/png').headers({ etag, 'x-content-type-options': 'nosniff' }).send(png)
  })

  app.put('/account/signature', {
    bodyLimit: maxSignatureBytes,
    schema: {
      operationId: 'putSignature',
      summary: 'Signs with this picture from now on; paper behind the strokes is made transparent',
      tags,
      consumes: 'image/png',
      querystring: SignatureUpload,
      body: Picture,
      response: { 200: Signature, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'account.signature' },
  }, (request) => signatures.put(request.session, request.query.source ?? 'uploaded', asBytes(request.body)))

  app.delete('/account/signature', {
    schema: { operationId: 'removeSignature', summary: 'Signs with none; signed reports go on showing theirs', tags, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.signature' },
  }, async (request, reply) => {
    await signatures.remove(request.session)
    return reply.code(204).send(null)
  })

  app.post('/account/signature/phones', {
    schema: { operationId: 'askPhoneToSign', summary: 'A code that lets a phone draw the signature, once and for five minutes', tags, response: { 201: PhoneSigning, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.signature' },
  }, async (request, reply) => reply.code(201).send(await phoneSignings.begin(request.session)))

  app.get('/account/signature/phones/:signingId', {
    schema: {
      operationId: 'getPhoneSigning',
      summary: 'Whether the phone has signed; waits for it where asked to',
      tags,
      params: PhoneSigningParams,
      querystring: PhoneSigningQuery,
      response: { 200: PhoneSigningState, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request, reply) => phoneSignings.state(request.session, request.params.signingId, (request.query.waitSeconds ?? 0) * 1000, goneSignal(reply)))

  app.put('/signature-drawing', {
    bodyLimit: maxSignatureBytes,
    schema: {
      operationId: 'drawSignature', summary: 'The one picture a phone may send for the code it was shown', tags, consumes: 'image/png', body: Picture,
      headers: Type.Object({ [signingTokenHeader]: Type.String({ minLength: 43, maxLength: 43 }) }), response: { 204: Empty, '4xx': Problem },
    },
    config: { policy: 'public', audit: 'account.signature' },
    // Before a byte of the body is read.
    onRequest: (request) => phoneSignings.assertOpen(tokenOf(request), request.ip),
  }, async (request, reply) => {
    await phoneSignings.complete(tokenOf(request), asBytes(request.body))
    return reply.code(204).send(null)
  })
}

function tokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const token = headers[signingTokenHeader]
  if (typeof token !== 'string') throw signingOver('Show a new code on the screen you are signed in at.')
  return token
}

/** Fires when nobody waits for the answer any more. */
function goneSignal({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.on('close', () => { gone.abort() })
  return gone.signal
}
