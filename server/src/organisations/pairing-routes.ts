/** HTTP face of pairings: the hospital's side at /pairings, the team's at /team/pairings. */
import {
  DoctorFeeList, DoctorFeeRequest, OrderTaking, PageQuery, Pairing, PairingDeclination, PairingPage, PairingParams, PairingQuery, PairingRequest, Problem, SignatureFixing, defaultPageSize, maxPictureBytes,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { etagOf } from './if-match.ts'
import type { Organisations } from './organisations.ts'
import { asBytes, Picture, takePictures } from './picture-body.ts'
import type { PairingSide } from './pairings.ts'

const Empty = Type.Null()
const Listing = Type.Object({ ...PageQuery.properties, ...PairingQuery.properties })

export const pairingRoutes: ApiRoutes<{ organisations: Organisations }> = async (app, { organisations: { pairings, fees } }) => {
  takePictures(app)
  const tags = ['Pairing']

  for (const { side, path, policy, name } of [
    { side: 'hospital', path: '/pairings', policy: 'org.pairing', name: 'HospitalPairing' }, { side: 'team', path: '/team/pairings', policy: 'team.pairing', name: 'TeamPairing' },
  ] as const) {
    app.get(path, {
      schema: { operationId: `list${name}s`, summary: `Pairings of the ${side}, the latest request first`, tags, querystring: Listing, response: { 200: PairingPage, '4xx': Problem } },
      config: { policy, audit: 'none' },
    }, ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => pairings.list(access, side, query, { cursor, limit }))

    app.get(`${path}/:pairingId`, {
      schema: { operationId: `get${name}`, summary: 'One pairing', tags, params: PairingParams, response: { 200: Pairing, '4xx': Problem } },
      config: { policy, audit: 'none' },
    }, async (request, reply) => {
      const pairing = await pairings.find(request.access, side, request.params.pairingId)
      return reply.header('etag', etagOf(pairing)).send(pairing)
    })
  }

  /** A move that leaves a pairing behind. */
  const moved = async (...move: Parameters<typeof pairings.move>): Promise<Pairing> => {
    const pairing = await pairings.move(...move)
    if (pairing === undefined) throw new Error('This move removes no pairing.')
    return pairing
  }
  const team: PairingSide = 'team'

  // ── The hospital ─────────────────────────────────────────────────────────────────────────────

  app.post('/pairings', {
    schema: { operationId: 'inviteTeam', summary: 'Asks the team of a number to be paired', tags, body: PairingRequest, response: { 201: Pairing, '4xx': Problem } },
    config: { policy: 'org.pairing', audit: 'pairing.change' },
  }, async (request, reply) => reply.code(201).send(await pairings.invite(request.access, request.body.teamNumber)))

  app.post('/pairings/:pairingId/renewal', {
    schema: { operationId: 'inviteTeamAgain', summary: 'Asks again', tags, params: PairingParams, response: { 200: Pairing, '4xx': Problem } },
    config: { policy: 'org.pairing', audit: 'pairing.change' },
  }, (request) => moved(request.access, 'hospital', request.params.pairingId, 'inviteAgain'))

  app.delete('/pairings/:pairingId', {
    schema: { operationId: 'deletePairing', summary: 'Takes an invitation back, or ends a pairing', tags, params: PairingParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.pairing', audit: 'pairing.change' },
  }, async (request, reply) => {
    await pairings.move(request.access, 'hospital', request.params.pairingId, 'delete')
    return reply.code(204).send(null)
  })

  // ── The team ─────────────────────────────────────────────────────────────────────────────────

  app.post('/team/pairings/:pairingId/agreement', {
    schema: { operationId: 'agreeToPairing', summary: 'Agrees; orders are taken from now on', tags, params: PairingParams, response: { 200: Pairing, '4xx': Problem } },
    config: { policy: 'team.pairing', audit: 'pairing.change' },
  }, (request) => moved(request.access, team, request.params.pairingId, 'agree'))

  app.post('/team/pairings/:pairingId/declination', {
    schema: { operationId: 'declinePairing', summary: 'Declines', tags, params: PairingParams, body: PairingDeclination, response: { 200: Pairing, '4xx': Problem } },
    config: { policy: 'team.pairing', audit: 'pairing.change' },
  }, (request) => moved(request.access, team, request.params.pairingId, 'decline', request.body.reason))

  app.put('/team/pairings/:pairingId/order-taking', {
    schema: { operationId: 'setOrderTaking', summary: "Says whether the hospital's orders are taken", tags, params: PairingParams, body: OrderTaking, response: { 200: Pairing, '4xx': Problem } },
    config: { policy: 'team.pairing', audit: 'pairing.change' },
  }, (request) => moved(request.access, team, request.params.pairingId, request.body.takesOrders ? 'takeOrders' : 'refuseOrders'))

  app.get('/team/pairings/:pairingId/signature', {
    schema: { operationId: 'getPairingSignature', summary: 'The signature for this hospital, PNG', tags, params: PairingParams },
    config: { policy: 'team.signature', audit: 'none' },
  }, async (request, reply) => reply.type('image/png').header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').send(await pairings.signature(request.access, request.params.pairingId)))

  app.put('/team/pairings/:pairingId/signature', {
    bodyLimit: maxPictureBytes,
    schema: {
      operationId: 'putPairingSignature',
      summary: 'Sets the signature for this hospital: PNG, JPEG or WebP',
      tags,
      params: PairingParams,
      consumes: 'image/png',
      body: Picture,
      response: { 200: Pairing, '4xx': Problem },
    },
    config: { policy: 'team.signature', audit: 'pairing.change' },
  }, (request) => pairings.putSignature(request.access, request.params.pairingId, asBytes(request.body)))

  app.put('/team/pairings/:pairingId/signature/fixing', {
    schema: {
      operationId: 'fixPairingSignature',
      summary: 'Says whether every report for this hospital shows that signature',
      tags,
      params: PairingParams,
      body: SignatureFixing,
      response: { 200: Pairing, '4xx': Problem },
    },
    config: { policy: 'team.signature', audit: 'pairing.change' },
  }, (request) => pairings.fixSignature(request.access, request.params.pairingId, request.body.isSignatureFixed))

  app.get('/team/pairings/:pairingId/fees', {
    schema: { operationId: 'listFees', summary: 'Fees for this hospital, by doctor, examination type and day', tags, params: PairingParams, response: { 200: DoctorFeeList, '4xx': Problem } },
    config: { policy: 'team.fee', audit: 'none' },
  }, (request) => fees.list(request.access, request.params.pairingId))

  app.post('/team/pairings/:pairingId/fees', {
    schema: { operationId: 'setFee', summary: 'Sets what a doctor asks for an examination type from a day on', tags, params: PairingParams, body: DoctorFeeRequest, response: { 200: DoctorFeeList, '4xx': Problem } },
    config: { policy: 'team.fee', audit: 'fee.change' },
  }, (request) => fees.set(request.access, request.params.pairingId, request.body))
}
