import { useEffect, useState } from 'react'

/** The time, brought up to date often enough for "20 seconds ago" to be true. */
export function useNow(everyMs = 5_000): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => { setNow(new Date()) }, everyMs)
    return () => { clearInterval(timer) }
  }, [everyMs])
  return now
}
