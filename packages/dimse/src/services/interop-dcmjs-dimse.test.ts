import dcmjsDimse from 'dcmjs-dimse'
import { expect, test } from 'vitest'
import { attributes, freePort } from '@isocenter/testkit'
import { encodeSmallDataSet, readDataSet } from './identifier.ts'
import { bytesOf, connectTo, CTImageStorage, ImplicitVRLittleEndian, startProvider, StudyRootFind, Verification } from './provider.fixture.ts'
import { echo } from './scu-echo.ts'
import { find } from './scu-query.ts'
import { store } from './scu-store.ts'

const { Client, Dataset, Scp, Server, constants, log, requests, responses } = dcmjsDimse
log.setLevel('silent')

test('its user echoes, stores and queries', async () => {
  const seen: string[] = []
  await using provider = await startProvider({
    echo: () => { seen.push('echo'); return 0x0000 },
    async store({ SOPInstanceUID, dataSet, transferSyntaxUID }) {
      const read = await readDataSet(await bytesOf(dataSet), transferSyntaxUID)
      seen.push(`store ${SOPInstanceUID} ${read.string('PatientID')}`)
      return { status: 0x0000 }
    },
    async *find({ identifier }) {
      seen.push(`find ${identifier.string('QueryRetrieveLevel')}`)
      yield { identifier: attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: '1.2.3' }) }
    },
  })
  const client = new Client()
  const statuses: number[] = []
  const done = Promise.withResolvers<void>()
  const asked = [
    new requests.CEchoRequest(),
    new requests.CStoreRequest(new Dataset({ SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3.4', PatientID: '7' })),
    requests.CFindRequest.createStudyFindRequest({ StudyInstanceUID: '' }),
  ]
  for (const request of asked) {
    request.on('response', (response) => statuses.push((response as { getStatus(): number }).getStatus()))
    client.addRequest(request)
  }
  client.on('closed', () => done.resolve())
  client.on('networkError', (error) => done.reject(error as Error))
  client.send('127.0.0.1', provider.port, 'SCU', 'ANY-SCP')
  await done.promise
  expect(seen).toEqual(['echo', 'store 1.2.3.4 7', 'find STUDY'])
  expect(statuses).toEqual([0x0000, 0x0000, 0xff00, 0x0000])
  expect(provider.failures).toEqual([])
})

test('its provider is echoed, stored to and queried', async () => {
  const taken: unknown[] = []
  const success = constants.Status.Success
  class Peer extends Scp {
    override associationRequested(association: Parameters<InstanceType<typeof Scp>['associationRequested']>[0]): void {
      for (const { id } of association.getPresentationContexts()) {
        const context = association.getPresentationContext(id)
        context.setResult(constants.PresentationContextResult.Accept, context.getTransferSyntaxUids()[0])
      }
      this.sendAssociationAccept()
    }
    override cEchoRequest(...[request, callback]: Parameters<InstanceType<typeof Scp>['cEchoRequest']>): void {
      const response = responses.CEchoResponse.fromRequest(request)
      response.setStatus(success)
      callback(response)
    }
    override cStoreRequest(...[request, callback]: Parameters<InstanceType<typeof Scp>['cStoreRequest']>): void {
      taken.push(request.getDataset()?.getElement('PatientID'))
      const response = responses.CStoreResponse.fromRequest(request)
      response.setStatus(success)
      callback(response)
    }
    override cFindRequest(...[request, callback]: Parameters<InstanceType<typeof Scp>['cFindRequest']>): void {
      const match = responses.CFindResponse.fromRequest(request)
      match.setDataset(new Dataset({ StudyInstanceUID: '1.2.3' }))
      match.setStatus(constants.Status.Pending)
      const last = responses.CFindResponse.fromRequest(request)
      last.setStatus(success)
      callback([match, last])
    }
    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse()
    }
  }
  const port = await freePort()
  const server = new Server(Peer)
  server.listen(port)
  try {
    await using connection = await connectTo({ port }, [Verification, CTImageStorage, StudyRootFind].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [ImplicitVRLittleEndian] })))
    await echo(connection)
    const dataSet = encodeSmallDataSet(attributes({ SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3.4', PatientID: '7' }), ImplicitVRLittleEndian)
    expect(await store(connection, { SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3.4', transferSyntaxUID: ImplicitVRLittleEndian, dataSet })).toMatchObject({ status: success })
    const found: unknown[] = []
    for await (const match of find(connection, { SOPClassUID: StudyRootFind, identifier: attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: null }) })) found.push(match.string('StudyInstanceUID'))
    expect([taken, found]).toEqual([['7'], ['1.2.3']])
    await connection.association.release()
  } finally {
    server.close()
  }
})
