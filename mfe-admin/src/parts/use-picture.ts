import { ApiProblem } from '@isocenter/api-client'
import { useResource } from '@isocenter/design-system'
import { useEffect } from 'react'

/** An address for an `img` of a picture that is asked for with the organisation's header; undefined where there is none yet. */
export function usePicture(key: string | undefined, load: (signal: AbortSignal) => Promise<Blob>): string | undefined {
  const { value: url } = useResource<string | undefined>(key, async (signal) => {
    try {
      const picture = await load(signal)
      // Nobody would give back an address made for a page that is gone.
      signal.throwIfAborted()
      return URL.createObjectURL(picture)
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return undefined
      throw error
    }
  })
  useEffect(() => () => { if (url !== undefined) URL.revokeObjectURL(url) }, [url])
  return key === undefined ? undefined : url
}
