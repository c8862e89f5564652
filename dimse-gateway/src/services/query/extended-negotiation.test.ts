import { DimseConnection, find, requestAssociation } from '@isocenter/dimse'
import { attributes } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPretendedServer, type PretendedServer } from '../pretended-server.fixture.ts'
import { aServedGateway, type ServedGateway } from '../services.fixture.ts'
import { modelsFor } from './models.ts'

const [, StudyRootFind = ''] = modelsFor('FIND')
const [, StudyRootMove = ''] = modelsFor('MOVE')

let server: PretendedServer
let gateway: ServedGateway
beforeEach(async () => {
  server = await aPretendedServer(() => ({ status: 200, json: [] }))
  gateway = await aServedGateway({ origin: () => server.origin, token: 'any' })
})
afterEach(async () => {
  await gateway.close()
  await server.close()
})

async function associate(abstractSyntax: string, proposed?: readonly number[]) {
  const connection = new DimseConnection(await requestAssociation({
    host: '127.0.0.1', port: gateway.port, callingAETitle: 'READER', calledAETitle: 'GATEWAY',
    contexts: [{ abstractSyntax, transferSyntaxes: ['1.2.840.10008.1.2.1'], ...(proposed && { extended: Uint8Array.from(proposed) }) }],
  }))
  const [context] = [...connection.association.contexts.values()]
  return { connection, agreed: context?.extended && [...context.extended] }
}

test.each([
  ['everything there is', [1, 1, 1, 1], [1, 1, 1, 0]],
  ['relational queries alone, by an old caller', [1], [1]],
  ['what is not wanted', [0, 0, 0], [0, 0, 0]],
  ['more than the standard knows of', [1, 0, 0, 0, 1, 7], [1, 0, 0, 0, 0, 0]],
  ['nothing', undefined, undefined],
])('a caller that proposes %s for queries is answered with what the gateway does of it', async (_what, proposed, expected) => {
  const { connection, agreed } = await associate(StudyRootFind, proposed)
  expect(agreed).toEqual(expected)
  await connection.association.release()
})

test('retrievals agree on nothing: everything above what is asked for must be named', async () => {
  const { connection, agreed } = await associate(StudyRootMove, [1, 1])
  expect(agreed).toEqual([0, 0])
  await connection.association.release()
})

test.each([[[1, 0, 1], true], [[1, 0, 0], false], [undefined, false]])('names are matched by sound only where that was agreed on (%j)', async (proposed, isFuzzy) => {
  const { connection } = await associate(StudyRootFind, proposed)
  await Array.fromAsync(find(connection, { SOPClassUID: StudyRootFind, identifier: attributes({ QueryRetrieveLevel: 'STUDY', PatientName: 'MEYER' }) }))
  await connection.association.release()
  expect(server.requests.map((request) => request.includes('fuzzymatching=true'))).toEqual([isFuzzy])
})
