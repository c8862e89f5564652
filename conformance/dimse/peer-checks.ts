import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must, same } from '../expect.ts'
import { check, NotApplicable, type Check } from '../suite.ts'
import type { Destination, DimseContext } from './node.ts'
import { beside, eventually, freePort, needs, run, runs } from './programs.ts'

/** Orthanc's own interface, on this machine. */
interface Orthanc {
  readonly ask: <Body>(path: string, init?: { method?: string; body?: unknown }) => Promise<Body>
}

/** Does something with an Orthanc that knows the node as `node`; where the node knows it, it listens as the node was told. */
async function withOrthanc<Result>({ node, folder, orthanc }: DimseContext, work: (orthanc: Orthanc) => Promise<Result>): Promise<Result> {
  needs('Orthanc')
  const [httpPort, dicomPort] = [await freePort(), orthanc?.port ?? await freePort()]
  const configuration = join(folder, 'orthanc.json')
  await writeFile(configuration, JSON.stringify({
    Name: 'Conformance', StorageDirectory: join(folder, 'orthanc'), IndexDirectory: join(folder, 'orthanc'), HttpPort: httpPort, DicomPort: dicomPort, DicomAet: orthanc?.aeTitle ?? 'ORTHANC',
    RemoteAccessAllowed: false, AuthenticationEnabled: false, DicomCheckCalledAet: false, DicomAlwaysAllowStore: true, DicomAlwaysAllowEcho: true, Plugins: [],
    DicomModalities: { node: { AET: node.aeTitle, Host: node.host, Port: node.port, Manufacturer: 'Generic' } },
  }))
  const base = `http://127.0.0.1:${String(httpPort)}`
  const ask: Orthanc['ask'] = async (path, { method = 'GET', body } = {}) => {
    const answer = await fetch(base + path, { method, ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }) })
    must(answer.ok, `Orthanc answered ${method} ${path} with ${String(answer.status)}: ${await answer.clone().text()}`)
    return await answer.json() as never
  }
  return beside('Orthanc', [configuration], httpPort, async () => {
    await eventually(() => ask('/system'))
    return work({ ask })
  })
}

const echoscu = ({ host, port }: { host: string; port: number }, ...options: string[]) => run('echoscu', '-v', '-to', '10', ...options, host, String(port))

function orthancOf({ orthanc }: DimseContext): Destination {
  if (!orthanc) throw new NotApplicable('no --orthanc was given')
  return orthanc
}

/** Other nodes, and the line's protection (PS3.15 Annex B). */
export const peerChecks: readonly Check<DimseContext>[] = [
  check(585, 'C', 'Orthanc echoes and stores', (context) => withOrthanc(context, async ({ ask }) => {
    const { fixtures: { ct } } = context
    await ask('/modalities/node/echo', { method: 'POST', body: {} })
    const ids: string[] = []
    for (const { bytes } of ct) ids.push((await ask<{ ID: string }>('/instances', { method: 'POST', body: bytes })).ID)
    const sent = await ask<{ FailedInstancesCount: number; InstancesCount: number }>('/modalities/node/store', { method: 'POST', body: { Resources: ids, Synchronous: true } })
    same([sent.InstancesCount, sent.FailedInstancesCount], [ct.length, 0], 'instances sent and failed')
  })),
  check(586, 'C', 'Orthanc finds', (context) => withOrthanc(context, async ({ ask }) => {
    const { fixtures: { ct: [first], run: patients } } = context
    const { ID } = await ask<{ ID: string }>('/modalities/node/query', { method: 'POST', body: { Level: 'Study', Query: { PatientID: `D-${patients}`, StudyDate: '20260101-' } } })
    const answers = await ask<Record<string, string>[]>(`/queries/${ID}/answers?expand&simplify`)
    must(answers.some(({ StudyInstanceUID }) => StudyInstanceUID === first?.StudyInstanceUID), `the study is not among ${String(answers.length)} answers`)
  })),
  check(587, 'C', 'Orthanc has a study sent to itself', async (context) => {
    const { aeTitle } = orthancOf(context)
    const { fixtures: { ct } } = context
    await withOrthanc(context, async ({ ask }) => {
      const { ID } = await ask<{ ID: string }>('/modalities/node/query', { method: 'POST', body: { Level: 'Study', Query: { StudyInstanceUID: ct[0]?.StudyInstanceUID ?? '' } } })
      await ask(`/queries/${ID}/answers/0/retrieve`, { method: 'POST', body: { TargetAet: aeTitle, Synchronous: true } })
      for (const { SOPInstanceUID } of ct) same((await ask<unknown[]>('/tools/lookup', { method: 'POST', body: Buffer.from(SOPInstanceUID) })).length, 1, `copies of ${SOPInstanceUID} in Orthanc`)
    })
  }),
  check(590, 'M', 'TLS by the BCP 195 profile', async ({ tls, fixtures: { mr } }) => {
    if (!tls) throw new NotApplicable('no --dimse-tls was given')
    for (const profile of ['+py', '+px']) same((await echoscu(tls, '+tla', '+cf', tls.ca, profile)).code, 0, `exit code of echoscu ${profile}`)
    await runs('storescu', '-R', '+tla', '+cf', tls.ca, tls.host, String(tls.port), mr.path)
  }),
  check(591, 'M', 'a sender without TLS gets nowhere where there is TLS', async ({ tls }) => {
    if (!tls) throw new NotApplicable('no --dimse-tls was given')
    must((await echoscu(tls)).code !== 0, 'it was served')
  }),
]
