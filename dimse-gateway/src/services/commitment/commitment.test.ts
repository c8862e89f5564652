import { action, DimseConnection, requestAssociation } from '@isocenter/dimse'
import { attributes } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aPretendedServer, type PretendedAnswer, type PretendedServer } from '../pretended-server.fixture.ts'
import { aServedGateway, until, type ServedGateway } from '../services.fixture.ts'

const StorageCommitment = '1.2.840.10008.1.20.1'
const StorageCommitmentInstance = '1.2.840.10008.1.20.1.1'
const CT = '1.2.840.10008.5.1.4.1.1.2'

let server: PretendedServer
let gateway: ServedGateway
let answer: (request: string) => PretendedAnswer
let onItsWay: string[]
let organisation: string
beforeEach(async () => {
  onItsWay = []
  organisation = 'north'
  answer = () => ({ status: 200, json: [] })
  server = await aPretendedServer((request) => answer(request))
  gateway = await aServedGateway({ origin: () => server.origin, token: 'any', isOnItsWay: (uid) => onItsWay.includes(uid), organisation: () => organisation })
})
afterEach(async () => {
  await gateway.close()
  await server.close()
})

async function ask(TransactionUID: string, ...uids: string[]): Promise<void> {
  const connection = new DimseConnection(await requestAssociation({
    host: '127.0.0.1', port: gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: StorageCommitment, transferSyntaxes: ['1.2.840.10008.1.2.1'] }],
  }))
  try {
    await action(connection, {
      SOPClassUID: StorageCommitment, SOPInstanceUID: StorageCommitmentInstance, ActionTypeID: 1,
      dataSet: attributes({ TransactionUID, ReferencedSOPSequence: uids.map((ReferencedSOPInstanceUID) => ({ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID })) }),
    })
  } finally {
    await connection.association.release()
  }
}
const transaction = (TransactionUID: string) => gateway.commitments.list(100).find((one) => one.TransactionUID === TransactionUID)
const held = (uid: string) => ({ '00080018': { vr: 'UI', Value: [uid] }, '00080016': { vr: 'UI', Value: [CT] } })

describe('a storage commitment', () => {
  test('waits longer each time while the server refuses to search, and is not asked about all the time', async () => {
    answer = () => ({ status: 403 })
    await ask('2.25.1', '1.2.3')
    await until(() => transaction('2.25.1')?.reason === 'serverRefuses')
    expect(transaction('2.25.1')).toMatchObject({ state: 'verifying', attempts: 1 })
  })

  test('is answered where one of its UIDs is none, without searching for that', async () => {
    answer = () => ({ status: 200, json: [held('1.2.3')] })
    await ask('2.25.2', '1.2.3', '*', '1..2')
    await until(() => transaction('2.25.2')?.result !== undefined)
    expect(transaction('2.25.2')?.result).toMatchObject({
      committed: [{ SOPInstanceUID: '1.2.3' }], failed: [{ SOPInstanceUID: '*', FailureReason: 0x0112 }, { SOPInstanceUID: '1..2', FailureReason: 0x0112 }],
    })
    expect(server.requests).toEqual([expect.stringContaining('SOPInstanceUID=1.2.3&')])
  })

  test('is given for what the server holds apart, which no search finds; a server that knows nothing of that holds none', async () => {
    const [, apart, missing] = ['1.2.3', '1.2.4', '1.2.5'] as const
    answer = (request) => (request.includes('/api/quarantine/') ? { status: 200, json: { items: [{ SOPInstanceUID: apart, SOPClassUID: CT }] } } : { status: 200, json: [held('1.2.3')] })
    await ask('2.25.6', '1.2.3', apart, missing)
    await until(() => transaction('2.25.6')?.result !== undefined)
    expect(transaction('2.25.6')?.result).toMatchObject({ committed: [{ SOPInstanceUID: '1.2.3' }, { SOPInstanceUID: apart }], failed: [{ SOPInstanceUID: missing, FailureReason: 0x0112 }] })
    answer = (request) => (request.includes('/api/quarantine/') ? { status: 404 } : { status: 200, json: [] })
    await ask('2.25.7', apart)
    await until(() => transaction('2.25.7')?.result !== undefined)
    expect(transaction('2.25.7')?.result).toMatchObject({ committed: [], failed: [{ SOPInstanceUID: apart, FailureReason: 0x0112 }] })
  })

  test('is refused under a Transaction UID that is in use, or is none', async () => {
    answer = () => ({ status: 403 })
    await ask('2.25.4', '1.2.3')
    await expect(ask('2.25.4', '1.2.4')).rejects.toMatchObject({ status: 0x0131 })
    await expect(ask('2.25.x', '1.2.4')).rejects.toMatchObject({ status: 0x0115 })
    expect(gateway.commitments.list(10)).toHaveLength(1)
  })

  test('waits for an object on its way whose UID the server holds already: it may be another one', async () => {
    answer = () => ({ status: 200, json: [held('1.2.3')] })
    onItsWay = ['1.2.3']
    await ask('2.25.3', '1.2.3')
    await until(() => transaction('2.25.3')?.reason === 'onItsWay')
    expect(transaction('2.25.3')?.result).toBeUndefined()
  })

  test('asked for while the gateway was of one organisation is not looked up at another', async () => {
    answer = () => ({ status: 503 })
    await ask('2.25.5', '1.2.3')
    await until(() => transaction('2.25.5')?.reason === 'serverUnreachable')
    organisation = 'south'
    const asked = server.requests.length
    await until(() => transaction('2.25.5')?.reason === 'otherOrganisation')
    expect(server.requests).toHaveLength(asked)
    expect(transaction('2.25.5')).toMatchObject({ state: 'verifying' })
  })
})
