/** Notifications, to-dos, one's own switches, the rules of an organisation, and what happens live. */
import {
  liveEventNames,
  type LiveEventName, type LiveEvents, type NotificationCounts, type NotificationDeliveryPage, type NotificationDeliveryQuery, type NotificationEvent, type NotificationPage, type NotificationQuery, type NotificationRule,
  type NotificationRuleList, type NotificationRuleRequest, type NotificationSwitches, type NotificationSwitchesPatch, type NotificationWebhook, type NotificationWebhookSecret, type PageQuery, type PushDevice,
  type PushDevices, type PushKey, type PushSubscriptionRequest, type ReadAll, type TestSend, type TodoPage, type TodoQuery,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

interface Reading {
  readonly signal?: AbortSignal | undefined
  /** Asked because something happened live, not because a person did something. */
  readonly isBackground?: boolean
}

/** What one account is told, and how; the same in every organisation. */
export const notifications = (api: ApiClient) => ({
  list: (query: NotificationQuery & PageQuery = {}, reading: Reading = {}) => api.request<NotificationPage>('GET', '/notifications', { query, ...reading }),
  counts: (query: Pick<NotificationQuery, 'organisationId'> = {}, reading: Reading = {}) => api.request<NotificationCounts>('GET', '/notifications/counts', { query, ...reading }),
  read: (notificationId: string) => api.request('POST', `/notifications/${part(notificationId)}/reading`),
  readAll: (body: ReadAll = {}) => api.request('POST', '/notifications/reading', { body }),
  todos: (query: TodoQuery & PageQuery = {}, reading: Reading = {}) => api.request<TodoPage>('GET', '/todos', { query, ...reading }),

  switches: (signal?: AbortSignal) => api.request<NotificationSwitches>('GET', '/account/notification-switches', { signal }),
  changeSwitches: (body: NotificationSwitchesPatch) => api.request<NotificationSwitches>('PATCH', '/account/notification-switches', { body }),
  pushKey: (signal?: AbortSignal) => api.request<PushKey>('GET', '/account/push/key', { signal }),
  pushDevices: (signal?: AbortSignal) => api.request<PushDevices>('GET', '/account/push/subscriptions', { signal }),
  subscribe: (body: PushSubscriptionRequest) => api.request<PushDevice>('POST', '/account/push/subscriptions', { body }),
  unsubscribe: (subscriptionId: string) => api.request('DELETE', `/account/push/subscriptions/${part(subscriptionId)}`),
})

/** What an organisation lets its people be told, and what became of it. */
export const notificationRules = (api: ApiClient) => ({
  list: (query: Pick<NotificationQuery, 'language'> = {}, signal?: AbortSignal) => api.request<NotificationRuleList>('GET', '/notification-rules', { query, signal }),
  set: (event: NotificationEvent, body: NotificationRuleRequest, ifMatch?: number) => api.request<NotificationRule>('PUT', `/notification-rules/${part(event)}`, { body, ifMatch }),
  reset: (event: NotificationEvent) => api.request<NotificationRule>('DELETE', `/notification-rules/${part(event)}`),
  /** Sends one to who asks, in every way the rule has. */
  test: (event: NotificationEvent) => api.request<TestSend>('POST', `/notification-rules/${part(event)}/test`),

  webhook: (signal?: AbortSignal) => api.request<NotificationWebhook>('GET', '/notification-webhook', { signal }),
  setWebhook: (url: string) => api.request<NotificationWebhookSecret>('PUT', '/notification-webhook', { body: { url } }),
  removeWebhook: () => api.request('DELETE', '/notification-webhook'),

  deliveries: (query: NotificationDeliveryQuery & PageQuery = {}, signal?: AbortSignal) => api.request<NotificationDeliveryPage>('GET', '/notification-deliveries', { query, signal }),
  deliverAgain: (deliveryId: string) => api.request('POST', `/notification-deliveries/${part(deliveryId)}/renewal`),
})

/** What is called with each event; those not named are passed over. */
export type LiveListeners = { readonly [Name in LiveEventName]?: (data: LiveEvents[Name]) => void }

/** As much of the browser's EventSource as is needed. */
export interface EventStream {
  addEventListener: (name: string, listener: (event: { readonly data?: unknown; readonly lastEventId?: string }) => void) => void
  readonly readyState: number
  close: () => void
}

export interface LiveOptions {
  readonly open?: (url: string) => EventStream
  /** Told when the stream is up, and when it is broken: meanwhile a page asks now and then. */
  readonly onState?: (isUp: boolean) => void
}

const closedState = 2
const firstRetryMs = 2_000
const longestRetryMs = 60_000

/**
 * Listens to what happens, one stream for the whole page. A browser connects again by itself after a line that broke; after an answer that is no
 * stream (a server that restarts) it does not, so it is done here, with growing pauses, going on behind the last event that came.
 * @returns what ends it
 */
export function listenLive(listeners: LiveListeners, { open = (url) => new EventSource(url), onState }: LiveOptions = {}): () => void {
  let stream: EventStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastEventId = ''
  let failures = 0
  let isEnded = false

  const connect = () => {
    const current = open(`/api/events${lastEventId === '' ? '' : `?lastEventId=${encodeURIComponent(lastEventId)}`}`)
    stream = current
    for (const name of liveEventNames) {
      current.addEventListener(name, ({ data, lastEventId: id }) => {
        if (id !== undefined && id !== '') lastEventId = id
        if (name === 'stream.open') {
          failures = 0
          onState?.(true)
        }
        // The session is over: nothing more will come, and asking again would be refused.
        if (name === 'session.ended') end()
        const listener = listeners[name] as ((data: unknown) => void) | undefined
        listener?.(JSON.parse(String(data)))
      })
    }
    current.addEventListener('error', () => {
      if (isEnded || stream !== current) return
      onState?.(false)
      if (current.readyState !== closedState) return
      timer = setTimeout(connect, Math.min(firstRetryMs * 2 ** failures++, longestRetryMs) * (0.75 + Math.random() / 2))
    })
  }
  const end = () => {
    isEnded = true
    clearTimeout(timer)
    stream?.close()
  }
  connect()
  return end
}
