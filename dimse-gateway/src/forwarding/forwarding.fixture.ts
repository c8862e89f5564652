import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readInstance, type DicomJson } from '@isocenter/dicom'
import { bytesOf } from '@isocenter/testkit/instances'
import { readConfiguration } from '../configuration/schema.ts'
import type { Authorization } from '../nodes/authorization.ts'
import { createAlarms } from '../platform/alarms.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase, type Database } from '../platform/database.ts'
import { createLog, type Log } from '../platform/log.ts'
import { openSpool, spoolSchema, type Spool, type SpooledObject } from '../spool/index.ts'
import { requestedCommitmentTables } from './commitment/tables.ts'
import type { CommitmentPace } from './commitment/committing.ts'
import { createForwarding, type Forwarding } from './forwarding.ts'
import { againTables, forwardingTables, lostTables, repeatTables, strandedTables, supersededTables } from './tables.ts'

export interface ForwardingGateway {
  readonly spool: Spool
  readonly database: Database
  readonly forwarding: Forwarding
  readonly receive: (part10: Uint8Array, callingAETitle?: string) => Promise<SpooledObject>
  readonly receiveInstance: (instance: DicomJson) => Promise<SpooledObject>
  readonly close: () => Promise<void>
}

/** Spool and forwarding as the gateway composes them, in a folder of their own unless one is given. */
export async function aForwardingGateway(settings: object, { authorization = noAuthorization, folder, secrets = {}, commitmentPace, log = createLog(process.env['LOG_LEVEL'] ?? 'silent') }: { commitmentPace?: CommitmentPace; log?: Log; authorization?: Authorization; folder?: string; secrets?: Record<string, string> } = {}): Promise<ForwardingGateway> {
  const directory = folder ?? await mkdtemp(join(tmpdir(), 'forwarding-'))
  const database = openDatabase(join(directory, 'spool.db'), [spoolSchema, forwardingTables, strandedTables, repeatTables, requestedCommitmentTables, lostTables, supersededTables, againTables])
  const spool = await openSpool({ directory: join(directory, 'spool'), database, settings: () => ({ refuseAtFreeBytes: 0 }), alarms: createAlarms(systemClock), clock: systemClock, log })
  const forwarding = createForwarding({
    database, spool, commitmentPace, scratchDirectory: join(directory, 'scratch'), clock: systemClock, log, cloudAuthorization: () => authorization, aeTitle: () => 'GATEWAY', secrets: (name) => Promise.resolve(secrets[name]), settings: settingsOf(settings),
  })
  await forwarding.start()
  await spool.start()
  const receive: ForwardingGateway['receive'] = async (part10, callingAETitle = 'CT_1') => {
    const { dataSet, dataSetOffset, transferSyntaxUID } = await readInstance(part10)
    const writer = await spool.receive({ callingAETitle, calledAETitle: 'USTCFQ-Transfer', remoteAddress: '192.0.2.7' }, {
      SOPClassUID: dataSet.string('SOPClassUID') ?? '', SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', transferSyntaxUID,
    })
    await writer.write(part10.subarray(dataSetOffset))
    return writer.commit()
  }
  return {
    spool, database, forwarding, receive,
    receiveInstance: (instance) => receive(bytesOf(instance)),
    close: async () => {
      await forwarding.stop(200)
      await spool.close()
      database.close()
      if (folder === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}

const noAuthorization: Authorization = { header: () => Promise.resolve(undefined), refused: () => false }
export const bearer = (token: string): Authorization => ({ header: () => Promise.resolve(`Bearer ${token}`), refused: () => false })

/** Settings with what they leave out filled in. */
export function settingsOf(given: object): ReturnType<typeof readConfiguration> {
  return readConfiguration({ service: {}, spool: {}, ...given })
}

export async function until(what: () => boolean, timeoutMs = 25_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!what()) {
    if (Date.now() > end) throw new Error(`Not within ${String(timeoutMs)} ms: ${what.toString()}`)
    await delay(10)
  }
}

/** What a line may be like. */
export interface Line {
  /** Address to send to. */
  readonly port: number
  /** Bytes that came from the sender. */
  sent: number
  /** Cuts every connection, and those to come while set. */
  isCut: boolean
  /** Takes nothing more, but keeps connections. */
  isStalled: boolean
  /** Cuts a connection once it has carried so many bytes. */
  cutAfterBytes: number | undefined
  readonly cut: () => void
  readonly close: () => Promise<void>
}

/** A line to a port of this machine that can be cut, stalled and counted. */
export async function aLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>()
  const line = { port: 0, sent: 0, isCut: false, isStalled: false, cutAfterBytes: undefined as number | undefined }
  const server: Server = createServer((near) => {
    if (line.isCut) {
      near.resetAndDestroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    let carried = 0
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (chunk: Buffer) => {
      line.sent += chunk.length
      carried += chunk.length
      if (line.cutAfterBytes !== undefined && carried > line.cutAfterBytes) {
        near.resetAndDestroy()
        return
      }
      if (line.isStalled) near.pause()
      else if (!far.write(chunk)) {
        near.pause()
        far.once('drain', () => near.resume())
      }
    })
    far.on('data', (chunk: Buffer) => { if (!line.isStalled) near.write(chunk) })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  const cut = (): void => { for (const socket of sockets) socket.destroy() }
  return Object.assign(line, {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    close: () => {
      cut()
      return new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  })
}
