import { attributes } from '@isocenter/testkit/instances'
import { DimseConnection, find, requestAssociation } from '@isocenter/dimse'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPretendedServer, type PretendedServer } from '../pretended-server.fixture.ts'
import { aServedGateway, type ServedGateway } from '../services.fixture.ts'

const StudyRootFind = '1.2.840.10008.5.1.4.1.2.2.1'
const ui = (...Value: string[]) => ({ vr: 'UI', Value })

let server: PretendedServer
let gateway: ServedGateway
let answer: (url: URL) => unknown
beforeEach(async () => {
  server = await aPretendedServer((request) => ({ status: 200, json: answer(new URL(request.split(' ')[1] ?? '', 'http://server')) }))
  gateway = await aServedGateway({ origin: () => server.origin, token: 'any' })
})
afterEach(async () => {
  await gateway.close()
  await server.close()
})

test('a query for more studies than a request line holds is asked in parts', async () => {
  const asked: string[] = []
  answer = ({ searchParams }) => {
    const uids = searchParams.get('0020000D')?.split(',') ?? []
    asked.push(...uids)
    return uids.map((uid) => ({ '0020000D': ui(uid) }))
  }
  const uids = Array.from({ length: 320 }, (_, index) => `1.2.826.0.1.3680043.10.1561.${String(index + 1)}`)
  const connection = new DimseConnection(await requestAssociation({
    host: '127.0.0.1', port: gateway.port, callingAETitle: 'READER', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: StudyRootFind, transferSyntaxes: ['1.2.840.10008.1.2.1'] }],
  }))
  const found: (string | undefined)[] = []
  for await (const match of find(connection, { SOPClassUID: StudyRootFind, identifier: attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: uids }) })) found.push(match.string('StudyInstanceUID'))
  await connection.association.release()
  expect(found).toEqual(uids)
  expect(asked).toEqual(uids)
  expect(Math.max(...server.requests.map((request) => request.length))).toBeLessThan(4_000)
})
