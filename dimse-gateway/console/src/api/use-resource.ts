import { useCallback, useEffect, useRef, useState } from 'react'
import type { ChangedTopic } from '../../../src/control/actions.ts'
import { ApiError, request } from './client.ts'
import { onChange } from './live.ts'

export interface Resource<Value> {
  /** The newest answer, also while another is asked for or after one failed; undefined before the first. */
  readonly value: Value | undefined
  readonly error: ApiError | undefined
  readonly isLoading: boolean
  readonly reload: () => void
}

interface Answered<Value> { readonly path: string; readonly value?: Value; readonly error?: ApiError }

/**
 * What the gateway answers at a path, asked again whenever one of `topics` changes. A change during a request is asked for after
 * it, so that a busy gateway is asked as fast as it answers and no faster. An undefined path asks nothing.
 */
export function useResource<Value>(path: string | undefined, topics: readonly ChangedTopic[]): Resource<Value> {
  const [answered, setAnswered] = useState<Answered<Value>>()
  const ask = useRef(() => {})
  const watched = topics.join()

  useEffect(() => {
    if (path === undefined) return undefined
    const stop = new AbortController()
    let isAsking = false
    let askAgain = false
    const load = async () => {
      if (isAsking) {
        askAgain = true
        return
      }
      isAsking = true
      try {
        const value = await request<Value>('GET', path, { signal: stop.signal })
        if (!stop.signal.aborted) setAnswered({ path, value })
      } catch (error) {
        if (stop.signal.aborted) return
        if (!(error instanceof ApiError)) throw error
        setAnswered((before) => ({ path, error, ...(before?.path === path && before.value !== undefined && { value: before.value }) }))
      } finally {
        isAsking = false
      }
      if (askAgain) {
        askAgain = false
        void load()
      }
    }
    ask.current = () => void load()
    void load()
    const names = watched.split(',')
    const unsubscribe = onChange((changed) => {
      if (names.some((name) => changed.has(name as ChangedTopic))) void load()
    })
    return () => {
      stop.abort()
      unsubscribe()
    }
  }, [path, watched])

  const reload = useCallback(() => { ask.current() }, [])
  const isCurrent = answered?.path === path
  return { value: answered?.value, error: isCurrent ? answered?.error : undefined, isLoading: path !== undefined && !isCurrent, reload }
}
