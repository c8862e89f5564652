import { ApiProblem } from '@isocenter/api-client'
import { useResource } from '@isocenter/design-system'
import { useEffect, useState } from 'react'

/** An address for an `img` of a picture that is asked for with the organisation's header; undefined where there is none yet. */
export function usePicture(key: string | undefined, load: (signal: AbortSignal) => Promise<Blob>): string | undefined {
  const picture = useResource<Blob | undefined>(key, async (signal) => {
    try {
      return await load(signal)
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return undefined
      throw error
    }
  })
  const [url, setUrl] = useState<string>()
  const blob = key === undefined ? undefined : picture.value
  useEffect(() => {
    if (!blob) {
      setUrl(undefined)
      return undefined
    }
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => { URL.revokeObjectURL(made) }
  }, [blob])
  return url
}
