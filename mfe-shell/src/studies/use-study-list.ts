import { session, studies, type ApiProblem } from '@isocenter/api-client'
import type { StudyListQuery, StudyPage, StudySummary } from '@isocenter/contracts'
import { isProblem, type ProblemLike, type Resource } from '@isocenter/design-system'
import { useCallback, useEffect, useRef, useState } from 'react'

interface Shown {
  readonly key: string
  readonly items: readonly StudySummary[]
  readonly first?: StudyPage
  readonly next?: string | undefined
  readonly error?: ProblemLike
}

export interface StudyList {
  readonly first: Resource<StudyPage>
  readonly items: readonly StudySummary[]
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  /** Adds the next page; nothing while one is on its way. */
  readonly more: () => void
  /** Puts what one study is now in its place; without one it leaves the list. */
  readonly replace: (StudyInstanceUID: string, study: StudySummary | undefined) => void
}

/** A list that grows at its end while somebody scrolls; each page is asked for once, so that ten thousand rows cost a hundred requests. */
export function useStudyList(organisationId: string, key: string, query: () => StudyListQuery): StudyList {
  const [shown, setShown] = useState<Shown>({ key: '', items: [] })
  const [isLoadingMore, setLoadingMore] = useState(false)
  const [turn, setTurn] = useState(0)
  const ask = useRef(query)
  useEffect(() => { ask.current = query })
  const isCurrent = shown.key === key

  useEffect(() => {
    const stop = new AbortController()
    studies(session.api.of(organisationId)).list(ask.current(), stop.signal).then(
      (first) => { if (!stop.signal.aborted) setShown({ key, items: first.items, first, next: first.next }) },
      (error: unknown) => {
        if (stop.signal.aborted) return
        if (!isProblem(error)) throw error
        setShown({ key, items: [], error })
      },
    )
    return () => { stop.abort() }
  }, [organisationId, key, turn])

  const more = useCallback(() => {
    if (isLoadingMore || !isCurrent || shown.next === undefined) return
    setLoadingMore(true)
    studies(session.api.of(organisationId)).list({ ...ask.current(), cursor: shown.next }).then(
      (page) => {
        setShown((now) => {
          if (now.key !== key || now.next !== shown.next) return now
          const known = new Set(now.items.map(({ StudyInstanceUID }) => StudyInstanceUID))
          return { ...now, items: [...now.items, ...page.items.filter(({ StudyInstanceUID }) => !known.has(StudyInstanceUID))], next: page.next }
        })
      },
      // What is shown stays; the button is there to try again.
      (error: unknown) => { if (!isProblem(error)) throw error as ApiProblem },
    ).finally(() => { setLoadingMore(false) })
  }, [organisationId, key, isCurrent, isLoadingMore, shown.next])

  const replace = useCallback((StudyInstanceUID: string, study: StudySummary | undefined) => {
    setShown((now) => ({ ...now, items: now.items.flatMap((one) => (one.StudyInstanceUID !== StudyInstanceUID ? [one] : study === undefined ? [] : [study])) }))
  }, [])
  const reload = useCallback(() => { setTurn((before) => before + 1) }, [])

  return {
    first: { value: isCurrent ? shown.first : undefined, error: isCurrent ? shown.error : undefined, isLoading: !isCurrent, reload },
    items: isCurrent ? shown.items : [], hasMore: isCurrent && shown.next !== undefined, isLoadingMore, more, replace,
  }
}
