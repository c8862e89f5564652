import { isAbsent, replaceFile } from '@isocenter/durable-files'
import { readFile, rm } from 'node:fs/promises'
import { cloudAuthorization, enrolWith, forgetCloudKey, openCloud, type OpenedCloud } from './cloud/index.ts'
import type { CloudNode } from './configuration/nodes.ts'
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
  let opened: { readonly cloud: OpenedCloud; readonly http: HttpTarget; readonly authorization: Authorization } | undefined
  let control: CloudControl | undefined

  async function open(): Promise<void> {
    const { cloud: bond } = configuration.current
    if (!bond) return
    const http = target(bond.url)
    try {
      const cloud = await openCloud(bond, { http, clock, secrets, journal: folder.path('commands.json'), log })
      opened = { cloud, http, authorization: cloudAuthorization(cloud.tokens) }
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

  await open()
  return {
    authorization: {
      header: async (signal) => opened?.authorization.header(signal),
      refused: () => opened?.authorization.refused() ?? false,
    },
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
        const formerly = before?.organisation.slug ?? await organisationLeft(leftCloud)
        const cloud = await enrolWith({ http, clock, secrets, url, uploadCode, name, version, bind: (bound) => configuration.change((current) => boundTo(bound, current, line, formerly)) })
        await rm(leftCloud, { force: true })
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
      await replaceFile(leftCloud, `${clock().toISOString()} ${cloud?.organisation.slug ?? await organisationLeft(leftCloud) ?? ''}\n`)
      await configuration.change({ cloud: undefined })
      await closeBond()
      if (cloud) await forgetCloudKey(secrets, cloud.gatewayId)
    },
    reportSoon: () => opened?.cloud.reportSoon(),
    close: closeBond,
  }
}

/** The configuration of a gateway that is bound: the cloud is one of its nodes. */
function boundTo(cloud: Cloud, { nodes }: ConfigurationStore['current'], line: Pick<CloudNode, 'proxy' | 'tls'>, formerly: string | undefined): Partial<ConfigurationStore['current']> {
  const isMoved = formerly !== undefined && formerly !== cloud.organisation.slug
  const known = isMoved ? undefined : nodes.findLast(({ kind, paused }) => kind === 'cloud' && !paused) ?? nodes.findLast(({ kind }) => kind === 'cloud')
  if (known) return { cloud, nodes: nodes.map((node) => (node === known && node.kind === 'cloud' ? { ...node, url: cloud.url, ...line } : node)) }
  return {
    cloud,
    nodes: [...nodes.map((node) => (node.kind === 'cloud' ? { ...node, paused: true, default: false } : node)), { id: freeId(nodes.map(({ id }) => id)), kind: 'cloud', name: cloud.organisation.name, url: cloud.url, default: true, paused: false, concurrency: 2, maxAttempts: 5, accelerated: false, recompress: 'none', ...line }],
  }
}

/** The organisation whose bond was given up last, by its slug; undefined where none was, or an earlier version wrote none down. */
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
