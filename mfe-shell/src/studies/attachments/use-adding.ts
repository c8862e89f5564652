import { session } from '@isocenter/api-client'
import { isProblem, type ProblemLike } from '@isocenter/design-system'
import { useEffect, useRef, useState } from 'react'
import { addAttachment } from './add-attachment.ts'

export interface Sending {
  readonly id: number
  readonly file: File
  readonly sent: number
  /** Why it was not added. */
  readonly problem?: ProblemLike | undefined
}

export interface Adding {
  readonly sending: readonly Sending[]
  readonly add: (files: readonly File[]) => void
  /** Stops one that is on its way, or forgets one that failed. */
  readonly drop: (id: number) => void
  readonly retry: (id: number) => void
}

/** Sends files one after another; those that were added leave the list, those that failed stay until somebody has read why. */
export function useAdding(organisationId: string, StudyInstanceUID: string, onAdded: () => void): Adding {
  const [sending, setSending] = useState<readonly Sending[]>([])
  const stops = useRef(new Map<number, AbortController>())
  const last = useRef(0)
  const queue = useRef(Promise.resolve())
  useEffect(() => {
    const all = stops.current
    // Who closes the study has thought better of it.
    return () => { for (const stop of all.values()) stop.abort() }
  }, [])
  const change = (id: number, to: Partial<Sending> | undefined) => { setSending((now) => now.flatMap((one) => (one.id !== id ? [one] : to === undefined ? [] : [{ ...one, ...to }]))) }
  const send = async (id: number, file: File, stop: AbortController) => {
    if (stop.signal.aborted) return
    try {
      await addAttachment(session.api.of(organisationId), StudyInstanceUID, file, { signal: stop.signal, onProgress: (sent) => { change(id, { sent }) } })
      change(id, undefined)
      onAdded()
    } catch (error) {
      if (stop.signal.aborted) return
      if (!isProblem(error)) throw error
      change(id, { problem: error })
    } finally {
      stops.current.delete(id)
    }
  }
  const begin = (id: number, file: File) => {
    const stop = new AbortController()
    stops.current.set(id, stop)
    queue.current = queue.current.then(() => send(id, file, stop))
  }
  return {
    sending,
    add: (files) => {
      const added = files.map((file) => ({ id: ++last.current, file, sent: 0 }))
      setSending((now) => [...now, ...added])
      for (const { id, file } of added) begin(id, file)
    },
    drop: (id) => {
      stops.current.get(id)?.abort()
      stops.current.delete(id)
      change(id, undefined)
    },
    retry: (id) => {
      const one = sending.find((known) => known.id === id)
      if (one === undefined) return
      change(id, { sent: 0, problem: undefined })
      begin(id, one.file)
    },
  }
}
