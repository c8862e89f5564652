import { create, DimseConnection, requestAssociation, set } from '@isocenter/dimse'
import { attributes } from '@isocenter/testkit/instances'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aPretendedServer, type PretendedAnswer, type PretendedServer } from '../pretended-server.fixture.ts'
import { aServedGateway, type ServedGateway } from '../services.fixture.ts'

const MPPS = '1.2.840.10008.3.1.2.3.3'
const uid = '2.25.77'
const begun = attributes({ PerformedProcedureStepStatus: 'IN PROGRESS' })
const ended = attributes({ PerformedProcedureStepStatus: 'COMPLETED' })

let server: PretendedServer
let gateway: ServedGateway
let answer: PretendedAnswer
let isLineUp: boolean
let organisation: string | undefined
let connection: DimseConnection
beforeEach(async () => {
  isLineUp = true
  organisation = 'north'
  answer = { status: 201 }
  server = await aPretendedServer(() => answer)
  gateway = await aServedGateway({ origin: () => (isLineUp ? server.origin : undefined), token: 'any', organisation: () => organisation })
  connection = new DimseConnection(await requestAssociation({
    host: '127.0.0.1', port: gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: MPPS, transferSyntaxes: ['1.2.840.10008.1.2.1'] }],
  }))
})
afterEach(async () => {
  await connection.association.release()
  await gateway.close()
  await server.close()
})

const creating = () => create(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: begun })
const setting = () => set(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: ended })
const states = () => gateway.performedSteps.list(10).toReversed().map(({ operation, state }) => `${operation} ${state}`)

describe('a performed procedure step', () => {
  test.each([403, 404, 405, 421])('waits where %s says nothing of it: a proxy answered, or the gateway lacks a right', async (status) => {
    answer = { status }
    expect((await creating()).status).toBe(0)
    await gateway.performedSteps.send()
    expect(states()).toEqual(['create waiting'])
    answer = { status: 201 }
    await gateway.performedSteps.send()
    expect(states()).toEqual(['create sent'])
  })

  test('that was acknowledged arrives when the answer to an earlier attempt was lost, the last word included', async () => {
    isLineUp = false
    await creating()
    await setting()
    isLineUp = true
    answer = { status: 409, json: { dimseStatus: 0x0111, unchanged: true } }
    await gateway.performedSteps.send()
    expect(states()).toEqual(['create sent', 'set sent'])
  })

  test('is shown as refused when the server has another step of its UID', async () => {
    isLineUp = false
    await creating()
    isLineUp = true
    answer = { status: 409, json: { dimseStatus: 0x0111, errorComment: 'Duplicate SOP Instance', unchanged: false } }
    await gateway.performedSteps.send()
    expect(gateway.performedSteps.list(1)).toMatchObject([{ state: 'refused', reason: 'Duplicate SOP Instance' }])
  })

  test('that was taken and refused afterwards is kept until a person has seen it', async () => {
    isLineUp = false
    await creating()
    isLineUp = true
    answer = { status: 409, json: { dimseStatus: 0x0111, unchanged: false } }
    await gateway.performedSteps.send()
    expect(gateway.performedSteps.needingPerson()).toBe(1)
    const later = new Date(Date.now() + 1000)
    expect(gateway.performedSteps.removeSettledBefore(later)).toBe(0)
    const id = gateway.performedSteps.list(1)[0]?.id ?? 0
    expect([await gateway.performedSteps.acknowledge([id]), await gateway.performedSteps.acknowledge([id]), gateway.performedSteps.needingPerson()]).toEqual([1, 0, 0])
    expect(gateway.performedSteps.removeSettledBefore(later)).toBe(1)
  })

  test('that the modality itself was told of needs no person', async () => {
    answer = { status: 409, json: { dimseStatus: 0x0111, unchanged: false } }
    await expect(creating()).rejects.toMatchObject({ status: 0x0111 })
    expect(gateway.performedSteps.needingPerson()).toBe(0)
  })

  test('that the server has, while the gateway ended before it wrote that down, is no duplicate when the modality repeats it', async () => {
    answer = { status: 409, json: { dimseStatus: 0x0111, unchanged: true } }
    expect((await creating()).status).toBe(0)
    expect(states()).toEqual(['create sent'])
    // From now on it is known here: a second one is a mistake.
    await expect(creating()).rejects.toMatchObject({ status: 0x0111 })
  })

  test('of one organisation does not go to another, and goes when the gateway is bound to the first again', async () => {
    isLineUp = false
    await creating()
    isLineUp = true
    organisation = 'south'
    await gateway.performedSteps.send()
    expect([states(), gateway.performedSteps.needingPerson(), server.requests.length]).toEqual([['create waiting'], 1, 0])
    expect(gateway.performedSteps.list(1)).toMatchObject([{ needsPerson: true }])
    organisation = 'north'
    await gateway.performedSteps.send()
    expect([states(), gateway.performedSteps.needingPerson()]).toEqual([['create sent'], 0])
  })

  test('of another organisation is given up when a person has seen it', async () => {
    isLineUp = false
    await creating()
    organisation = 'south'
    await gateway.performedSteps.acknowledge([gateway.performedSteps.list(1)[0]?.id ?? 0])
    expect([states(), gateway.performedSteps.needingPerson()]).toEqual([['create refused'], 0])
  })

  test('that waits with many others on a dead line is not asked about one by one', async () => {
    isLineUp = false
    for (let number = 0; number < 5; number++) await create(connection, { SOPClassUID: MPPS, SOPInstanceUID: `2.25.80${String(number)}`, dataSet: begun })
    isLineUp = true
    server.cut = true
    await gateway.performedSteps.send()
    expect(server.requests).toHaveLength(1)
    server.cut = false
    // What the server itself answers is about one message: the others have their turn.
    answer = { status: 503 }
    await gateway.performedSteps.send()
    expect(server.requests).toHaveLength(6)
  })

  test('is refused to the modality by what the server says of it', async () => {
    answer = { status: 404, json: { dimseStatus: 0x0112 } }
    await expect(setting()).rejects.toMatchObject({ status: 0x0112 })
    answer = { status: 400 }
    await expect(creating()).rejects.toMatchObject({ status: 0x0110 })
    expect(states()).toEqual(['set refused', 'create refused'])
  })
})
