import { live, session, studies } from '@isocenter/api-client'
import type { StudyListQuery, StudySummary } from '@isocenter/contracts'
import { isProblem } from '@isocenter/design-system'
import { useEffect, useRef, useState } from 'react'

const lookEveryMs = 4_000

/**
 * How many studies that are asked for have arrived since the list was read. Nothing moves by itself: who reads a row keeps it under the pointer.
 * Told of arrivals, it looks at the newest page, once in a few seconds however many arrive.
 */
export function useArrivals(organisationId: string, key: string, query: () => StudyListQuery, items: readonly StudySummary[], isListed: boolean): { readonly arrived: number; readonly seen: () => void } {
  const [arrived, setArrived] = useState<{ readonly key: string; readonly count: number }>({ key, count: 0 })
  const latest = useRef({ query, items })
  useEffect(() => { latest.current = { query, items } })
  useEffect(() => {
    if (!isListed) return undefined
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let isWaiting = false
    const look = async () => {
      const known = new Set(latest.current.items.map(({ StudyInstanceUID }) => StudyInstanceUID))
      const newest = latest.current.items.reduce((most, { arrivedAt }) => (arrivedAt > most ? arrivedAt : most), '')
      try {
        const page = await studies(session.api.of(organisationId)).look({ ...latest.current.query(), sort: 'arrival', order: 'desc', limit: 50 }, stop.signal)
        setArrived({ key, count: page.items.filter(({ StudyInstanceUID, arrivedAt }) => !known.has(StudyInstanceUID) && arrivedAt >= newest).length })
      } catch (error) {
        // Nobody asked for it; the next arrival looks again.
        if (!stop.signal.aborted && !isProblem(error)) throw error
      }
    }
    const told = () => {
      if (timer !== undefined) {
        isWaiting = true
        return
      }
      void look()
      timer = setTimeout(() => {
        timer = undefined
        if (isWaiting) {
          isWaiting = false
          told()
        }
      }, lookEveryMs)
    }
    const end = live.on(['study.arrived'], told)
    return () => {
      stop.abort()
      clearTimeout(timer)
      end()
    }
  }, [organisationId, key, isListed])
  return { arrived: arrived.key === key ? arrived.count : 0, seen: () => { setArrived({ key, count: 0 }) } }
}
