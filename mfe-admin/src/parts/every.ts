/** Asks anew every so often while the page is looked at, and when it is looked at again. For `changes` of a resource. */
export const every = (ms: number) => (reload: () => void): (() => void) => {
  const ask = () => { if (document.visibilityState === 'visible') reload() }
  const timer = setInterval(ask, ms)
  document.addEventListener('visibilitychange', ask)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', ask)
  }
}
