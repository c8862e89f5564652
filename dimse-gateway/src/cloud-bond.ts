import { cloudAuthorization, enrolWith, forgetCloudKey, openCloud, type OpenedCloud } from './cloud/index.ts'
import type { Cloud } from './configuration/schema.ts'
import type { ConfigurationStore } from './configuration/store.ts'
import type { Authorization } from './nodes/authorization.ts'
import type { HttpTarget } from './nodes/http-target.ts'
import type { Clock } from './platform/clock.ts'
import type { DataFolder } from './platform/data-folder.ts'
import type { Log } from './platform/log.ts'

type CloudControl = Parameters<OpenedCloud['start']>[0]

/** The bond with the cloud as the gateway lives: there may be none, it may be made and given up while the gateway runs. */
export interface CloudBond {
  /** Shows the cloud who sends; nothing while there is no bond. */
  readonly authorization: Authorization
  readonly contact: OpenedCloud['contact']
  /** Begins to report, now and after every enrolment. */
  start(control: CloudControl): void
  /** Binds to an organisation, and adds the cloud as a node where it is none yet. */
  enrol(enrolment: { readonly url: string; readonly uploadCode: string; readonly name: string }): Promise<Cloud>
  /** Gives the bond up; its node stays and waits. */
  leave(): Promise<void>
  reportSoon(): void
  close(): Promise<void>
}

export interface CloudBondOptions {
  readonly configuration: ConfigurationStore
  readonly folder: DataFolder
  /** Makes the line to an address. */
  readonly target: (url: string) => HttpTarget
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

export async function createCloudBond({ configuration, folder, target, version, clock, log }: CloudBondOptions): Promise<CloudBond> {
  const secrets = folder.path('secrets')
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
    async enrol({ url, uploadCode, name }) {
      const http = target(url)
      try {
        const before = configuration.current.cloud
        const cloud = await enrolWith({ http, clock, secrets, url, uploadCode, name, version, bind: (bound) => configuration.change((current) => boundTo(bound, current)) })
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
      await configuration.change({ cloud: undefined })
      await closeBond()
      if (cloud) await forgetCloudKey(secrets, cloud.gatewayId)
    },
    reportSoon: () => opened?.cloud.reportSoon(),
    close: closeBond,
  }
}

/** The configuration of a gateway that is bound: the cloud is one of its nodes. */
function boundTo(cloud: Cloud, { nodes }: ConfigurationStore['current']): Partial<ConfigurationStore['current']> {
  const known = nodes.find(({ kind }) => kind === 'cloud')
  if (known) return { cloud, nodes: nodes.map((node) => (node === known && node.kind === 'cloud' ? { ...node, url: cloud.url } : node)) }
  return {
    cloud,
    nodes: [...nodes, { id: freeId(nodes.map(({ id }) => id)), kind: 'cloud', name: cloud.organisation.name, url: cloud.url, default: true, paused: false, concurrency: 2, maxAttempts: 5, accelerated: false, recompress: 'none' }],
  }
}

function freeId(taken: readonly string[]): string {
  let id = 'cloud'
  for (let number = 2; taken.includes(id); number++) id = `cloud-${number}`
  return id
}
