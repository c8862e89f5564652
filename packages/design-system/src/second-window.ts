/**
 * A window that stays beside the one somebody works in, for images on a second screen (VIEW-06). Windows of one browser find each other by a channel, whoever opened
 * them; a page that was loaded anew finds the window it had.
 */
import { navigate } from './navigation.tsx'

const windowName = 'isocenter-images'
const channelName = 'isocenter.second-window'
/** A window that is there answers at once: it is waited for no longer. */
const longestAnswerMs = 300

type Message = { readonly kind: 'show'; readonly id: string; readonly address: string } | { readonly kind: 'shown'; readonly id: string }

/** Window Management (W3C), where a browser has it. */
interface ScreenPlace { readonly availLeft: number; readonly availTop: number; readonly availWidth: number; readonly availHeight: number }
interface ScreensOf { readonly getScreenDetails?: () => Promise<{ readonly screens: readonly ScreenPlace[]; readonly currentScreen: ScreenPlace }> }

let opened: Window | null = null
let isBlocked = false
const listeners = new Set<() => void>()
const setBlocked = (value: boolean) => {
  isBlocked = value
  for (const listener of listeners) listener()
}

export const secondWindow = {
  /** True in the window itself. */
  isHere: (): boolean => window.name === windowName,

  /**
   * Shows an address of ours there: in the window that is there, or in a new one.
   * @returns false where the browser lets none open
   */
  show: async (address: string): Promise<boolean> => {
    if (await isTaken(address)) {
      opened?.focus()
      return true
    }
    opened = open(address, windowName, await placement())
    setBlocked(opened === null)
    return opened !== null
  },

  /** In the window itself: follows what it is told to show, while the page that calls can show it. Answers how to stop. */
  follow: (): (() => void) => {
    if (!secondWindow.isHere()) return () => undefined
    const channel = new BroadcastChannel(channelName)
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind !== 'show') return
      channel.postMessage({ kind: 'shown', id: data.id } satisfies Message)
      navigate(data.address, { replace: true })
      focus()
    }
    return () => { channel.close() }
  },

  /** Whether the browser refused the last one: a store, for whoever says so. */
  blocked: {
    get: (): boolean => isBlocked,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    forget: (): void => { setBlocked(false) },
  },

  /** Asks, by a person's act, to be told where the screens are, so that the window opens on the other one. Without leave it opens where the browser likes. */
  askForScreens: async (): Promise<void> => {
    const { getScreenDetails } = window as ScreensOf
    if (getScreenDetails === undefined || !('isExtended' in screen) || screen.isExtended !== true) return
    await getScreenDetails.call(window).catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw error
    })
  },
}

/** Whether the window is there and shows it. */
function isTaken(address: string): Promise<boolean> {
  const channel = new BroadcastChannel(channelName)
  const id = `${String(Date.now())}.${String(Math.random())}`
  return new Promise((done) => {
    const end = (isShown: boolean) => {
      clearTimeout(timer)
      channel.close()
      done(isShown)
    }
    const timer = setTimeout(() => { end(false) }, longestAnswerMs)
    channel.onmessage = ({ data }: MessageEvent<Message>) => { if (data.kind === 'shown' && data.id === id) end(true) }
    channel.postMessage({ kind: 'show', id, address } satisfies Message)
  })
}

/** The whole of the other screen where it is known, else of this one. */
async function placement(): Promise<string> {
  const { availLeft, availTop, availWidth, availHeight } = await otherScreen() ?? { availLeft: 0, availTop: 0, availWidth: screen.availWidth, availHeight: screen.availHeight }
  return `popup,left=${String(availLeft)},top=${String(availTop)},width=${String(availWidth)},height=${String(availHeight)}`
}

async function otherScreen(): Promise<ScreenPlace | undefined> {
  const { getScreenDetails } = window as ScreensOf
  if (getScreenDetails === undefined) return undefined
  // Asked here the question would stand in the way of the images.
  const { state } = await navigator.permissions.query({ name: 'window-management' as PermissionName })
  if (state !== 'granted') return undefined
  const { screens, currentScreen } = await getScreenDetails.call(window)
  return screens.find((one) => one !== currentScreen)
}
