/** Web push in this browser (Push API, RFC 8292): subscribing and unsubscribing. */
import type { PushSubscriptionRequest } from '@isocenter/contracts'

/** The person or the browser does not want it. */
export class PushRefused extends Error {
  override name = 'PushRefused'
}

const worker = '/service-worker.js'

/** True where this browser can do it: over HTTPS, or on this machine. */
export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in globalThis && typeof Notification === 'function'

/** Asks for permission and subscribes. @throws PushRefused */
export async function subscribeHere(publicKey: string): Promise<PushSubscriptionRequest> {
  if (await Notification.requestPermission() !== 'granted') throw new PushRefused('Messages are not allowed in this browser.')
  const registration = await navigator.serviceWorker.register(worker)
  await navigator.serviceWorker.ready
  try {
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
    return subscription.toJSON() as PushSubscriptionRequest
  } catch (error) {
    throw new PushRefused('The browser could not subscribe.', { cause: error })
  }
}

export async function unsubscribeHere(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration(worker)
  const subscription = await registration?.pushManager.getSubscription()
  await subscription?.unsubscribe()
}
