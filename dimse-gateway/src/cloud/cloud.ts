/** The gateway's bond with the cloud: made by enrolment, kept by reports, shown by tokens. */
import type { Cloud } from '../configuration/schema.ts'
import type { HttpTarget } from '../nodes/http-target.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { createCloudApi, type CloudApi } from './cloud-api.ts'
import { openCommandJournal } from './command-journal.ts'
import type { CommandedControl } from './commands.ts'
import { cloudKeys, type CloudKeys } from './keys.ts'
import { enrol } from './enrol.ts'
import { startReportLoop, type CloudContact, type ReportTiming } from './report-loop.ts'
import type { ReportedControl } from './report.ts'
import { createServerClock, type ServerClock } from './server-clock.ts'
import { createTokenProvider, type TokenProvider } from './token-provider.ts'

/** What enrolled clouds that named no audience take: the address of their token endpoint. */
const defaultAudience = (url: string): string => `${url.replace(/\/+$/, '')}/api/token`

export interface CloudPlaces {
  /** Folder of secrets, for the private keys. */
  readonly secrets: string
  /** File that keeps which commands have been done. */
  readonly journal: string
}

export interface CloudLine {
  readonly http: HttpTarget
  readonly clock: Clock
}

/** Binds this gateway to a cloud; `bind` keeps what it is bound to. See `enrol`. */
export function enrolWith({ http, clock, secrets, url, uploadCode, name, version, bind }: CloudLine & Pick<CloudPlaces, 'secrets'> & {
  readonly url: string; readonly uploadCode: string; readonly name: string; readonly version: string; readonly bind: (cloud: Cloud) => Promise<unknown>
}): Promise<Cloud> {
  const api = createCloudApi({ http, url, serverClock: createServerClock(clock) })
  return enrol({ api, keys: cloudKeys(secrets), url, uploadCode, name, version, bind })
}

/** The key of an enrolment is not there: somebody copied the configuration without the secrets. */
export class CloudKeyMissing extends Error {
  override readonly name = 'CloudKeyMissing'
}

export interface OpenedCloud {
  readonly tokens: TokenProvider
  readonly contact: CloudContact
  /** Begins to report. */
  readonly start: (control: ReportedControl & CommandedControl) => void
  readonly reportSoon: () => void
  /** Ends reporting; the enrolment stays. */
  readonly close: () => Promise<void>
}

/**
 * Opens the bond with the cloud this gateway is enrolled with. Tokens are to be had at once; reports begin with `start`.
 * @throws CloudKeyMissing
 */
export async function openCloud(cloud: Cloud, { http, clock, secrets, journal: journalFile, log, timing }: CloudLine & CloudPlaces & { readonly log: Log; readonly timing?: Partial<ReportTiming> }): Promise<OpenedCloud> {
  const keys: CloudKeys = cloudKeys(secrets)
  const key = await keys.of(cloud.gatewayId)
  if (key === undefined) throw new CloudKeyMissing('The private key of this enrolment is missing; enrol again.')
  const serverClock: ServerClock = createServerClock(clock)
  const api: CloudApi = createCloudApi({ http, url: cloud.url, serverClock })
  const tokens = createTokenProvider({ api, gatewayId: cloud.gatewayId, audience: cloud.tokenAudience ?? defaultAudience(cloud.url), key, serverClock })
  const journal = await openCommandJournal(journalFile, () => { log.error({ file: journalFile }, 'the journal of the cloud\'s commands was damaged and has been put aside') })
  let loop: ReturnType<typeof startReportLoop> | undefined
  return {
    tokens,
    get contact() { return loop?.contact ?? {} },
    start: (control) => { loop ??= startReportLoop({ api, tokens, control, journal, clock, log, ...(timing && { timing }) }) },
    reportSoon: () => loop?.reportSoon(),
    close: async () => { await loop?.close() },
  }
}

/** Forgets the key of an enrolment that has been given up. */
export const forgetCloudKey = (secrets: string, gatewayId: string): Promise<void> => cloudKeys(secrets).remove(gatewayId)
