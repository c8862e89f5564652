import { readInstance } from '@isocenter/dicom'
import { anInstance, attributes, bytesOf } from '@isocenter/testkit/instances'
import { expect, test } from 'vitest'
import { aPretendedServer } from '../pretended-server.fixture.ts'
import { createUpstream } from '../upstream/upstream.ts'
import { selectedInstances } from './selected-instances.ts'

const StudyRootMove = '1.2.840.10008.5.1.4.1.2.2.2'
const ui = (...Value: string[]) => ({ vr: 'UI', Value })

test('an instance that comes twice, as a study grows while its pages are asked for, is retrieved once', async () => {
  const instance = (uid: string) => ({ '0020000D': ui('1.2'), '0020000E': ui('1.2.3'), '00080018': ui(uid), '00080016': ui('1.2.840.10008.5.1.4.1.1.2') })
  const server = await aPretendedServer(() => ({ status: 200, json: [instance('1.2.3.1'), instance('1.2.3.2'), instance('1.2.3.1')] }))
  const upstream = createUpstream(() => Promise.resolve({ url: server.origin, tls: { minVersion: 'TLSv1.2' }, authorization: { header: () => Promise.resolve(undefined), refused: () => false } }))
  const identifier = (await readInstance(bytesOf({ ...anInstance(), ...attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: '1.2' }) }))).dataSet
  const selected = await selectedInstances(upstream, StudyRootMove, identifier, AbortSignal.timeout(5_000))
  upstream.close()
  await server.close()
  expect(selected.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual(['1.2.3.1', '1.2.3.2'])
})
