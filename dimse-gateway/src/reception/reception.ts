import { createAcceptor, serveServices, type Acceptor, type AcceptorTls, type Association, type ServiceResult, type StoreRequest, type UpperLayerEvent } from '@isocenter/dimse'
import type { ConfigurationStore } from '../configuration/store.ts'
import type { Service } from '../configuration/schema.ts'
import type { Alarms } from '../platform/alarms.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SecretStore } from '../platform/secrets.ts'
import type { Spool } from '../spool/index.ts'
import { handlersOf } from './handlers.ts'
import { negotiate } from './negotiate.ts'
import { createPeers } from './peers.ts'
import { serviceRegistry, type GatewayService } from './service.ts'
import { storeInSpool } from './store.ts'
import type { UnknownSenders } from './unknown-senders.ts'

/** Associations under way may go on so long when the service stops, or moves to another port. */
const graceMs = 60_000
/** How long a process that ends waits for them. */
const closingGraceMs = 15_000
/** After it could not listen, it is tried again: whoever holds the port may leave it. */
const retryAfterMs = 5_000

/** `failed`: it should listen and cannot; it is tried again until it can. */
export interface ReceptionStatus {
  readonly status: 'running' | 'stopped' | 'failed'
  /** Why it failed, for a person. */
  readonly reason?: string
  /** The port it listens on, or would. */
  readonly port: number
  readonly associations: number
}

/** Where modalities arrive. It follows the configuration: running or not, port, TLS, limits. */
export interface Reception {
  status(): ReceptionStatus
  /** Whether somebody of this AE title has an association open. */
  isPresent(callingAETitle: string): boolean
  /** Listens as the configuration says; a failure shows in the status. */
  start(): Promise<void>
  /** Calls back when the status changes; answers how to stop. */
  subscribe(listener: () => void): () => void
  close(): Promise<void>
}

export interface ReceptionOptions {
  readonly configuration: ConfigurationStore
  readonly spool: Spool
  readonly services: readonly GatewayService[]
  readonly unknownSenders: UnknownSenders
  readonly secrets: SecretStore
  readonly alarms: Alarms
  readonly metrics: Metrics
  readonly log: Log
  readonly host: string
  /** Goes before the configuration's port. */
  readonly port?: number | undefined
}

/** What a listening acceptor cannot change any more. */
interface Listening {
  readonly acceptor: Acceptor
  readonly port: number
  /** Text of the settings it was made with. */
  readonly madeOf: string
}

export function createReception(options: ReceptionOptions): Reception {
  const { configuration, spool, unknownSenders, alarms, log } = options
  const services = serviceRegistry(options.services)
  const peers = createPeers()
  const objects = options.metrics.counter('gateway_objects_received_total', 'Objects sent to the gateway, by DIMSE status')
  const associationsTotal = options.metrics.counter('gateway_associations_total', 'Associations asked for, by what became of them')
  const byAddress = new Map<string, number>()
  const present = new Set<Association>()
  const listeners = new Set<() => void>()
  const closing = new Set<Acceptor>()
  let listening: Listening | undefined
  let failure: string | undefined
  let retry: NodeJS.Timeout | undefined
  let isClosed = false
  let last: Promise<void> = Promise.resolve()

  options.metrics.gauge('gateway_associations', 'Associations there are', associations)
  const handlers = handlersOf(services, store)

  function associations(): number {
    return [listening?.acceptor, ...closing].reduce((sum, acceptor) => sum + (acceptor?.associations ?? 0), 0)
  }

  async function store(request: StoreRequest): Promise<ServiceResult> {
    const { SOPClassUID, SOPInstanceUID } = request
    const result = await storeInSpool(request, spool, (error, status) => {
      log.warn({ err: error, status, SOPClassUID, SOPInstanceUID, callingAETitle: request.association.callingAETitle }, 'an object was not taken')
    })
    objects(`status="0x${result.status.toString(16).toUpperCase().padStart(4, '0')}"`)
    return result
  }

  async function serve(association: Association): Promise<void> {
    const address = association.remoteAddress
    byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
    present.add(association)
    try {
      await serveServices(association, handlers, {
        onHandlerError: ({ error, CommandField }) => { log.error({ err: error, CommandField, callingAETitle: association.callingAETitle }, 'a DIMSE request failed') },
      })
    } finally {
      present.delete(association)
      const left = (byAddress.get(address) ?? 1) - 1
      if (left > 0) byAddress.set(address, left)
      else byAddress.delete(address)
    }
  }

  function onEvent(event: UpperLayerEvent): void {
    associationsTotal(`event="${event.type}"`)
    switch (event.type) {
      case 'established': {
        const { callingAETitle, calledAETitle, remoteAddress, contexts } = event.association
        log.debug({ callingAETitle, calledAETitle, remoteAddress, contexts: contexts.size }, 'association established')
        return
      }
      case 'ended':
        if (event.end.how !== 'released') log.info({ callingAETitle: event.association.callingAETitle, remoteAddress: event.association.remoteAddress, end: event.end }, 'association ended without release')
        return
      case 'rejected': {
        const { callingAETitle, calledAETitle, remoteAddress } = event.request
        log.info({ callingAETitle, calledAETitle, remoteAddress, ...event.rejection }, 'association rejected')
        return
      }
      case 'negotiateFailed':
        log.error({ err: event.error }, 'association could not be negotiated')
        return
      case 'serveFailed':
        log.info({ err: event.error, callingAETitle: event.association.callingAETitle, remoteAddress: event.association.remoteAddress }, 'association failed')
        return
      case 'tlsFailed':
        log.info({ err: event.error, remoteAddress: event.remoteAddress }, 'TLS handshake failed')
        return
      case 'withoutAssociation':
      case 'connectionDropped':
        log.debug({ remoteAddress: event.remoteAddress }, event.type === 'connectionDropped' ? 'too many connections' : 'connection without association')
    }
  }

  /** Listens as the settings say. @throws what the operating system says */
  async function listen(settings: Service, port: number): Promise<Listening> {
    const tls = await tlsOf(settings, options.secrets)
    const acceptor = createAcceptor({
      host: options.host, port, serve, onEvent, ...(tls ? { tls } : {}),
      limits: { maxAssociations: settings.maxAssociations, idleMs: settings.idleSeconds * 1000 },
      negotiate: (request) => negotiate(request, {
        settings: () => configuration.current.service, services, peers, unknownSenders, associationsFrom: (address) => byAddress.get(address) ?? 0,
      }),
    })
    return { acceptor, port: (await acceptor.listen()).port, madeOf: madeOf(settings, port) }
  }

  /** Takes no more associations there; those under way may end. */
  function leave(left: Listening): Promise<void> {
    closing.add(left.acceptor)
    return left.acceptor.close({ graceMs: isClosed ? closingGraceMs : graceMs }).finally(() => {
      closing.delete(left.acceptor)
      tell()
    })
  }

  /** Makes what is match the configuration. */
  async function follow(): Promise<void> {
    clearTimeout(retry)
    const settings = configuration.current.service
    const port = options.port ?? settings.port
    const before = listening
    const shouldListen = settings.running && !isClosed
    if (before && shouldListen && before.madeOf === madeOf(settings, port)) return
    if (before && (!shouldListen || before.port === port || port === 0)) {
      // The same port is free for others as soon as its listener closes, whoever is still on the line.
      listening = undefined
      void leave(before)
    }
    failure = undefined
    if (shouldListen) {
      try {
        listening = await listen(settings, port)
        if (before && before !== listening && !closing.has(before.acceptor)) void leave(before)
        log.info({ port: listening.port, host: options.host, tls: settings.tls !== undefined }, 'listening for DICOM associations')
      } catch (error) {
        failure = reasonOf(error, port)
        log.error({ err: error, port }, 'cannot listen for DICOM associations')
        retry = setTimeout(() => { void followInTurn() }, retryAfterMs)
      }
    } else if (before) {
      log.info({ port: before.port }, 'listening no more')
    }
    if (failure === undefined) alarms.clear('serviceFailed')
    else alarms.raise({ code: 'serviceFailed', severity: 'critical', reason: failure })
    if (settings.running) alarms.clear('serviceStopped')
    else alarms.raise({ code: 'serviceStopped', severity: 'warning' })
    tell()
  }

  function followInTurn(): Promise<void> {
    last = last.then(follow)
    return last
  }

  const tell = () => { for (const listener of listeners) listener() }
  const unsubscribe = configuration.subscribe(() => { void followInTurn() })

  return {
    status: () => ({
      status: failure !== undefined ? 'failed' : listening ? 'running' : 'stopped',
      ...(failure === undefined ? {} : { reason: failure }),
      port: listening?.port ?? options.port ?? configuration.current.service.port,
      associations: associations(),
    }),
    isPresent: (callingAETitle) => [...present].some((association) => association.callingAETitle === callingAETitle),
    start: followInTurn,
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    async close() {
      isClosed = true
      unsubscribe()
      const acceptors = [...closing]
      await followInTurn()
      await Promise.all([...acceptors, ...closing].map((acceptor) => acceptor.close({ graceMs: closingGraceMs })))
    },
  }
}

/** The settings that are fixed once it listens. */
const madeOf = ({ tls, maxAssociations, idleSeconds }: Service, port: number): string => JSON.stringify({ tls, maxAssociations, idleSeconds, port })

async function tlsOf({ tls }: Service, secrets: SecretStore): Promise<AcceptorTls | undefined> {
  if (!tls) return undefined
  const key = await secrets.read(tls.keySecret)
  if (key === undefined) throw new Error('The private key of the DICOM service is missing.')
  return {
    key, cert: tls.certificate, clientCertificate: tls.requireClientCertificate ? 'required' : 'none',
    ...(tls.certificateAuthority === undefined ? {} : { ca: [tls.certificateAuthority] }),
  }
}

/** Why it cannot listen, for the person who can mend it. */
function reasonOf(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EADDRINUSE') return `Port ${port} is already in use by another program.`
  if (code === 'EACCES') return `This user may not listen on port ${port}.`
  return error instanceof Error ? error.message : 'unknown'
}
