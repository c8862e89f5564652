import { useEffect, useState } from 'react'

/** The time, moving on often enough for "3 minutes ago". */
export function useNow(everyMs = 15_000): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => { setNow(new Date()) }, everyMs)
    return () => { clearInterval(timer) }
  }, [everyMs])
  return now
}
