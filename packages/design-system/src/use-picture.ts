import { useEffect } from 'react'
import { isProblem } from './problems/problem-like.ts'
import { useResource } from './use-resource.ts'

/** An address for an `img` of a picture that is asked for with headers, which an address in `src` would not bear; undefined where there is none yet. */
export function usePicture(key: string | undefined, load: (signal: AbortSignal) => Promise<Blob>): string | undefined {
  const { value: url } = useResource<string | undefined>(key, async (signal) => {
    try {
      const picture = await load(signal)
      // Nobody would give back an address made for a page that is gone.
      signal.throwIfAborted()
      return URL.createObjectURL(picture)
    } catch (error) {
      if (isProblem(error) && error.status === 404) return undefined
      throw error
    }
  })
  useEffect(() => () => { if (url !== undefined) URL.revokeObjectURL(url) }, [url])
  return key === undefined ? undefined : url
}
