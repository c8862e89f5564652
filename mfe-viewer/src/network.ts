/** What it costs whoever looks to load images (VIEW-09, MOB-05). */
import { useSyncExternalStore } from 'react'

/** `metered`: each byte counts; `unknown`: the browser does not say, as on iOS. */
export type Network = 'metered' | 'free' | 'unknown'

/** Network Information API (WICG), where a browser has it. */
export interface Connection extends Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> {
  readonly type?: string
  readonly saveData?: boolean
}

export function networkOf(connection: Connection | undefined): Network {
  if (connection?.saveData === true || connection?.type === 'cellular') return 'metered'
  return connection?.type === 'wifi' || connection?.type === 'ethernet' ? 'free' : 'unknown'
}

const connection = () => (navigator as { readonly connection?: Connection }).connection

function subscribe(listener: () => void): () => void {
  const watched = connection()
  watched?.addEventListener?.('change', listener)
  return () => { watched?.removeEventListener?.('change', listener) }
}

export const useNetwork = (): Network => useSyncExternalStore(subscribe, () => networkOf(connection()))
