import { useCallback, useEffect, useRef, useState } from 'react'
import { isProblem, type ProblemLike } from './problems/problem-like.ts'

export interface Resource<Value> {
  /** The newest answer, also while another is asked for or after one failed; undefined before the first. */
  readonly value: Value | undefined
  readonly error: ProblemLike | undefined
  /** True until what is asked for now has been answered or has failed. */
  readonly isLoading: boolean
  readonly reload: () => void
}

export interface ResourceOptions {
  /** Calls its argument whenever the answer may have changed; answers how to stop. Must be the same function from one render to the next. */
  readonly changes?: ((reload: () => void) => () => void) | undefined
}

/** Asks for something. `isAgain`: the same was answered before, so that asking is no sign of somebody being there. */
export type Load<Value> = (signal: AbortSignal, isAgain: boolean) => Promise<Value>

interface Answered<Value> { readonly key: string; readonly value?: Value; readonly error?: ProblemLike }

/**
 * What `load` answers, asked again when `key` changes: put into it everything `load` depends on. A change during a request is asked
 * for after it, so that a busy server is asked as fast as it answers and no faster. An undefined key asks nothing.
 */
export function useResource<Value>(key: string | undefined, load: Load<Value>, { changes }: ResourceOptions = {}): Resource<Value> {
  const [answered, setAnswered] = useState<Answered<Value>>()
  const ask = useRef(() => {})
  const latestLoad = useRef(load)
  useEffect(() => { latestLoad.current = load })

  useEffect(() => {
    if (key === undefined) return undefined
    const stop = new AbortController()
    let isAsking = false
    let askAgain = false
    let isAgain = false
    const loadOnce = async () => {
      if (isAsking) {
        askAgain = true
        return
      }
      isAsking = true
      try {
        const value = await latestLoad.current(stop.signal, isAgain)
        isAgain = true
        if (!stop.signal.aborted) setAnswered({ key, value })
      } catch (error) {
        if (stop.signal.aborted) return
        if (!isProblem(error)) throw error
        setAnswered((before) => ({ key, error, ...(before?.key === key && before.value !== undefined && { value: before.value }) }))
      } finally {
        isAsking = false
      }
      if (askAgain) {
        askAgain = false
        void loadOnce()
      }
    }
    ask.current = () => void loadOnce()
    void loadOnce()
    const unsubscribe = changes?.(() => void loadOnce())
    return () => {
      stop.abort()
      unsubscribe?.()
    }
  }, [key, changes])

  const reload = useCallback(() => { ask.current() }, [])
  const isCurrent = answered?.key === key
  return { value: answered?.value, error: isCurrent ? answered?.error : undefined, isLoading: key !== undefined && !isCurrent, reload }
}
