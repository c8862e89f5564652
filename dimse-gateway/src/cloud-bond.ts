import { isAbsent, replaceFile } from '@isocenter/durable-files'
import { readFile, rm } from 'node:fs/promises'
import { cloudAuthorization, enrolWith, forgetCloudKey, openCloud, type OpenedCloud } from './cloud/index.ts'
import type { CloudNode, Node } from './configuration/nodes.ts'
import { cloudNodesOf, isSameOrganisation, organisationKey } from './configuration/organisation.ts'
import type { Cloud } from './configuration/schema.ts'
import type { ConfigurationStore } from './configuration/store.ts'
import { leftCloudFileName } from './enrolment-file.ts'
import type { Authorization } from './nodes/authorization.ts'
import type { HttpTarget } from './nodes/http-target.ts'
import type { Clock } from './platform/clock.ts'
import type { DataFolder } from './platform/data-folder.ts'
import type { Log } from './platform/log.ts'

type CloudControl = Parameters<OpenedCloud['start']>[0]

/** Where to enrol, and how to get there where that is not straight. */
export interface Enrolment {
  readonly url: string
  readonly uploadCode: string
  readonly name: string
  readonly proxy?: string | undefined
  /** PEM. */
  readonly certificateAuthority?: string | undefined
}

/** The bond with the cloud as the gateway lives: there may be none, it may be made and given up while the gateway runs. */
export interface CloudBond {
  /** Shows the cloud who sends; nothing while there is no bond. */
  readonly authorization: Authorization
  /** Shows it to a node of the cloud; nothing is shown to those of an organisation the gateway was bound to before. */
  readonly authorizationFor: (node: Pick<CloudNode, 'organisation'>) => Authorization
  /** Whose gateway this is, or was last, as `organisationKey` has it; undefined while it was nobody's. */
  readonly organisation: string | undefined
  readonly contact: OpenedCloud['contact']
  /** Begins to report, now and after every enrolment. */
  start(control: CloudControl): void
  /**
   * Binds to an organisation, and adds the cloud as a node where it is none yet. Where the gateway was bound to another organisation,
   * the node of that is paused with all that waits for it, and the new one is another node: a person decides what becomes of the rest.
   */
  enrol(enrolment: Enrolment): Promise<Cloud>
  /** Gives the bond up, for good: no start makes it again. Its node stays and waits. */
  leave(): Promise<void>
  reportSoon(): void
  close(): Promise<void>
}

export interface CloudBondOptions {
  readonly configuration: ConfigurationStore
  readonly folder: DataFolder
  /** Makes the line to an address, as the node of the cloud is set, or as is said here. */
  readonly target: (url: string, own?: Pick<CloudNode, 'proxy' | 'tls'>) => HttpTarget
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

export async function createCloudBond({ configuration, folder, target, version, clock, log }: CloudBondOptions): Promise<CloudBond> {
  const secrets = folder.path('secrets')
  const leftCloud = folder.path(leftCloudFileName)
  let opened: { readonly cloud: OpenedCloud; readonly http: HttpTarget; readonly authorization: Authorization; readonly organisation: string } | undefined
  let control: CloudControl | undefined
  let left = await organisationLeft(leftCloud)

  async function open(): Promise<void> {
    const { cloud: bond } = configuration.current
    if (!bond) return
    const http = target(bond.url)
    try {
      const cloud = await openCloud(bond, { http, clock, secrets, journal: folder.path('commands.json'), log })
      opened = { cloud, http, authorization: cloudAuthorization(cloud.tokens), organisation: organisationKey(bond) }
      if (control) cloud.start(control)
    } catch (error) {
      http.close()
      // The gateway goes on receiving; the console shows that it must be enrolled again.
      log.error({ err: error }, 'the bond with the cloud cannot be used')
    }
  }

  async function closeBond(): Promise<void> {
    const closing = opened
    opened = undefined
    await closing?.cloud.close()
    closing?.http.close()
  }

  const authorization: Authorization = {
    header: async (signal) => opened?.authorization.header(signal),
    refused: () => opened?.authorization.refused() ?? false,
  }
  const organisation = (): string | undefined => {
    const { cloud } = configuration.current
    return cloud ? organisationKey(cloud) : left
  }

  await open()
  return {
    authorization,
    authorizationFor: ({ organisation: ofNode }) => ({
      header: async (signal) => {
        // Asked of the bond that would give the token, not of the settings: between the two another one may have been made.
        if (ofNode !== undefined && opened && !isSameOrganisation(ofNode, opened.organisation)) throw new NotOurOrganisation('The gateway is bound to another organisation than the node is of.')
        return authorization.header(signal)
      },
      refused: () => authorization.refused(),
    }),
    get organisation() { return organisation() },
    get contact() { return opened?.cloud.contact ?? {} },
    start(with_) {
      control = with_
      opened?.cloud.start(with_)
    },
    async enrol({ url, uploadCode, name, proxy, certificateAuthority }) {
      const line = { ...(proxy !== undefined && { proxy }), ...(certificateAuthority !== undefined && { tls: { certificateAuthority } }) }
      const http = Object.keys(line).length > 0 ? target(url, line) : target(url)
      try {
        const before = configuration.current.cloud
        const formerly = organisation()
        const cloud = await enrolWith({ http, clock, secrets, url, uploadCode, name, version, bind: (bound) => configuration.change((current) => boundTo(bound, current, line, formerly)) })
        await rm(leftCloud, { force: true })
        left = undefined
        await closeBond()
        await open()
        if (before && before.gatewayId !== cloud.gatewayId) await forgetCloudKey(secrets, before.gatewayId)
        return cloud
      } finally {
        http.close()
      }
    },
    async leave() {
      const { cloud } = configuration.current
      left = organisation()
      await replaceFile(leftCloud, `${clock().toISOString()} ${left ?? ''}\n`)
      await configuration.change({ cloud: undefined })
      await closeBond()
      if (cloud) await forgetCloudKey(secrets, cloud.gatewayId)
    },
    reportSoon: () => opened?.cloud.reportSoon(),
    close: closeBond,
  }
}

/** Nobody is shown a token that is of another bond than theirs. */
class NotOurOrganisation extends Error {
  override readonly name = 'NotOurOrganisation'
}

/** The configuration of a gateway that is bound: the cloud is one of its nodes. */
function boundTo(cloud: Cloud, { nodes: before }: ConfigurationStore['current'], line: Pick<CloudNode, 'proxy' | 'tls'>, formerly: string | undefined): Partial<ConfigurationStore['current']> {
  const organisation = organisationKey(cloud)
  const isMoved = formerly !== undefined && !isSameOrganisation(formerly, organisation)
  const nodes = isMoved ? before.map((node) => (node.kind === 'cloud' && node.organisation === undefined ? { ...node, organisation: formerly } : node)) : before
  const own = cloudNodesOf(nodes, organisation)
  const known = own.findLast(({ paused }) => !paused) ?? own.at(-1)
  // Whoever comes back finds what waited for them, and it goes on.
  const again = { url: cloud.url, organisation, ...line, ...(isMoved && { paused: false, default: true }) }
  const others = nodes.map((node): Node => {
    if (node.kind !== 'cloud' || own.includes(node)) return node === known ? { ...known, ...again } : node
    return { ...node, paused: true, default: false }
  })
  if (known) return { cloud, nodes: others }
  return { cloud, nodes: [...others, { id: freeId(nodes.map(({ id }) => id)), kind: 'cloud', name: cloud.organisation.name, default: true, paused: false, concurrency: 2, maxAttempts: 5, accelerated: false, recompress: 'none', ...again }] }
}

/** The organisation whose bond was given up last, by its key, or by its slug alone as earlier versions wrote it; undefined where none was. */
async function organisationLeft(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim().split(' ')[1]
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function freeId(taken: readonly string[]): string {
  let id = 'cloud'
  for (let number = 2; taken.includes(id); number++) id = `cloud-${number}`
  return id
}
