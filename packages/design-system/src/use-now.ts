import { useEffect, useState } from 'react'

/** The time, anew every so often: for what is said as "3 minutes ago". */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => { setNow(new Date()) }, everyMs)
    return () => { clearInterval(timer) }
  }, [everyMs])
  return now
}
