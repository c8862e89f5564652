/** Open pages of this process: each has one stream, hears what its account may know, and ends with its session. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { LiveEventName, LiveEvents } from '@isocenter/contracts'
import type { AccountSession } from '../../identity/index.ts'
import type { Db } from '../../platform/db.ts'
import { createNotifications } from '../../platform/notifications.ts'
import { unavailable } from '../../platform/problem.ts'
import { tooManyStreams } from '../problems.ts'
import type { ActivePlace, Recipients } from '../recipients.ts'
import { createTail, missedSince, placeNow, placeText, readPlace, type LiveEvent, type Place } from './tail.ts'

const heartbeatMs = 20_000
/** Looks without having been told: a word between processes may be lost. */
const lookMs = 5_000
const sessionCheckMs = 15_000
const placesReadAgainMs = 5 * 60_000
/** Told a minute before (AUTH-22), however the checks fall. */
const endingWithinMs = 60_000 + sessionCheckMs
/** A page that does not read what it is sent is let go; it comes back and goes on where it was. */
const mostUnreadBytes = 256 * 1024
const studiesEveryMs = 1_000

export interface LiveOptions {
  /** Of one session, in this process: a tab has one. */
  readonly streamsOfSession: number
  /** Of this process. */
  readonly streams: number
}

export interface LiveDeps {
  readonly db: Db
  readonly recipients: Recipients
  /** When each of these sessions ends unless something is asked for before; those that have ended are missing. */
  readonly sessionEnds: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, Date>>
  readonly now: () => Date
  readonly onFailure: (err: unknown) => void
  readonly options?: Partial<LiveOptions>
}

export interface Live {
  /** A stream of events as text/event-stream has them. @throws tooManyStreams 429, unavailable 503 */
  readonly open: (session: AccountSession, lastEventId: string | undefined) => Promise<Readable>
  readonly close: () => Promise<void>
}

interface Stream {
  readonly session: AccountSession
  readonly body: Readable
  places: ReadonlyMap<string, ReadonlySet<string>>
  placesReadAt: number
  /** What has come while what was missed is not told yet; undefined afterwards. */
  held: LiveEvent[] | undefined
  toldEnding: number | undefined
}

const defaults: LiveOptions = { streamsOfSession: 30, streams: 5_000 }
const block = (name: LiveEventName, data: object, place?: Place): string => `${place === undefined ? '' : `id: ${placeText(place)}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

export function createLive({ db, recipients, sessionEnds, now, onFailure, options }: LiveDeps): Live {
  const limits = { ...defaults, ...options }
  const streams = new Map<string, Stream>()
  const words = [createNotifications(db, 'isocenter_live'), createNotifications(db, 'isocenter_session'), createNotifications(db, 'isocenter_change')] as const
  const [liveWords, sessionWords, changeWords] = words
  const tail = createTail(db)
  const timers: NodeJS.Timeout[] = []
  let place: Place | undefined
  let isClosed = false
  let looking: Promise<void> | undefined
  let lookAgain = false
  /** Organisations whose studies changed while their second is not over. */
  const changed = new Map<string, { isPending: boolean }>()

  const drop = (id: string) => {
    const stream = streams.get(id)
    streams.delete(id)
    stream?.body.destroy()
  }
  const send = (id: string, text: string) => {
    const stream = streams.get(id)
    if (stream === undefined || stream.body.destroyed) return
    if (!stream.body.push(text) && stream.body.readableLength > mostUnreadBytes) drop(id)
  }
  const say = <Name extends LiveEventName>(id: string, name: Name, data: LiveEvents[Name]) => { send(id, block(name, data)) }

  const readPlaces = async (stream: Stream) => {
    stream.placesReadAt = performance.now()
    stream.places = placesOf(await recipients.placesOf(db, stream.session))
  }
  const mayHear = ({ session, places }: Stream, { accountIds, organisationId, permission }: LiveEvent): boolean =>
    (accountIds !== undefined ? accountIds.includes(session.accountId)
      : organisationId !== undefined && places.has(organisationId) && (permission === undefined || places.get(organisationId)?.has(permission) === true))

  const pass = async (id: string, stream: Stream, events: readonly LiveEvent[], at: Place) => {
    for (const [index, event] of events.entries()) {
      const isOfThisPlace = event.organisationId !== undefined && stream.places.has(event.organisationId)
      const isOfThisStream = isOfThisPlace || event.accountIds?.includes(stream.session.accountId) === true
      // What it may know may be what has changed: first that, then whatever comes behind.
      if (event.name === 'membership.changed' && isOfThisStream) await readPlaces(stream)
      if (!mayHear(stream, event)) continue
      if (stream.held !== undefined) stream.held.push(event)
      // The place belongs behind the last event of a look: before it, not everything below has been told.
      else send(id, block(event.name, event.data, index === events.length - 1 ? at : undefined))
    }
  }

  const look = async () => {
    const found = await tail.next()
    if (found.events.length > 0) for (const [id, stream] of streams) await pass(id, stream, found.events, found.place)
    // Only now: a heartbeat meanwhile must not say that all of it has been told.
    place = found.place
  }
  /** One look at a time; told meanwhile, another after it. */
  const lookNow = () => {
    if (looking !== undefined) {
      lookAgain = true
      return
    }
    looking = look().catch(onFailure).finally(() => {
      looking = undefined
      if (lookAgain && !isClosed) {
        lookAgain = false
        lookNow()
      }
    })
  }

  const endStream = (id: string) => {
    say(id, 'session.ended', {})
    const stream = streams.get(id)
    streams.delete(id)
    stream?.body.push(null)
  }
  const checkSessions = async () => {
    if (streams.size === 0) return
    const ends = await sessionEnds([...new Set([...streams.values()].map(({ session }) => session.sessionId))])
    for (const [id, stream] of streams) {
      const endsAt = ends.get(stream.session.sessionId)
      if (endsAt === undefined) endStream(id)
      else if (endsAt.getTime() - now().getTime() <= endingWithinMs && stream.toldEnding !== endsAt.getTime()) {
        stream.toldEnding = endsAt.getTime()
        say(id, 'session.ending', { signsOutAt: endsAt.toISOString() })
      }
      if (performance.now() - stream.placesReadAt > placesReadAgainMs) await readPlaces(stream)
    }
  }
  const beat = () => {
    // The place goes along, so that who was told nothing for hours still goes on where it was.
    const text = place === undefined ? ':\n\n' : `id: ${placeText(place)}\n:\n\n`
    for (const [id, stream] of streams) send(id, stream.held === undefined ? text : ':\n\n')
  }

  const tellStudies = (organisationId: string) => {
    for (const [id, { places }] of streams) if (places.get(organisationId)?.has('study.view') === true) say(id, 'study.arrived', { organisationId })
  }
  const onChange = (organisationId: string) => {
    const recent = changed.get(organisationId)
    if (recent !== undefined) {
      recent.isPending = true
      return
    }
    tellStudies(organisationId)
    const mark = { isPending: false }
    changed.set(organisationId, mark)
    setTimeout(() => {
      changed.delete(organisationId)
      if (mark.isPending && !isClosed) onChange(organisationId)
    }, studiesEveryMs).unref()
  }

  let begun: Promise<void> | undefined
  /** Nothing is listened to, or looked for, while nobody is there. */
  const begin = async () => {
    liveWords.listen(lookNow)
    sessionWords.listen((sessionId) => { for (const [id, { session }] of streams) if (session.sessionId === sessionId) endStream(id) })
    changeWords.listen(onChange)
    place = (await tail.next()).place
    const every = (ms: number, act: () => void) => { timers.push(setInterval(act, ms).unref()) }
    every(lookMs, lookNow)
    every(heartbeatMs, beat)
    every(sessionCheckMs, () => { checkSessions().catch(onFailure) })
  }

  return {
    open: async (session, lastEventId) => {
      if (isClosed || streams.size >= limits.streams) throw unavailable('The server has as many live streams as it can have.', {}, { 'retry-after': '10' })
      if ([...streams.values()].filter((one) => one.session.sessionId === session.sessionId).length >= limits.streamsOfSession) throw tooManyStreams('Close some of the pages that are open.', {}, { 'retry-after': '30' })
      begun ??= begin().catch((error: unknown) => {
        begun = undefined
        throw error
      })
      const id = randomUUID()
      const body = new Readable({ read: () => undefined, destroy: (error, done) => { streams.delete(id); done(error) }, highWaterMark: mostUnreadBytes })
      const stream: Stream = { session, body, places: new Map(), placesReadAt: 0, held: [], toldEnding: undefined }
      // From here on nothing passes it by; what comes is put by.
      streams.set(id, stream)
      try {
        await begun
        await readPlaces(stream)
        const at = await placeNow(db)
        const since = readPlace(lastEventId, at)
        const missed = since === undefined ? undefined : await missedSince(db, since, session.accountId, [...stream.places.keys()])
        const isResumed = missed !== undefined && !missed.isCut
        send(id, block('stream.open', { isResumed }, isResumed ? undefined : at))
        const told = isResumed ? missed.events : []
        for (const event of told) if (mayHear(stream, event)) send(id, block(event.name, event.data))
        if (isResumed) send(id, `id: ${placeText(at)}\n\n`)
        const held = stream.held ?? []
        stream.held = undefined
        const known = new Set(told.map(({ liveId }) => liveId))
        for (const event of held) if (!known.has(event.liveId)) send(id, block(event.name, event.data))
      } catch (error) {
        drop(id)
        throw error
      }
      return body
    },
    close: async () => {
      isClosed = true
      for (const timer of timers) clearInterval(timer)
      for (const [id, stream] of streams) {
        streams.delete(id)
        stream.body.push(null)
      }
      await looking
      await Promise.all(words.map((one) => one.close()))
    },
  }
}

const placesOf = (places: readonly ActivePlace[]): ReadonlyMap<string, ReadonlySet<string>> => new Map(places.map(({ organisationId, permissions }) => [organisationId, permissions]))
