import { useResource as useAnyResource, type Resource } from '@isocenter/design-system'
import { useCallback } from 'react'
import type { ChangedTopic } from '../../../src/control/actions.ts'
import { request } from './client.ts'
import { onChange } from './live.ts'

/** What the gateway answers at a path, asked again whenever one of `topics` changes. */
export function useResource<Value>(path: string, topics: readonly ChangedTopic[]): Resource<Value> {
  const watched = topics.join()
  const changes = useCallback((reload: () => void) => {
    const names = watched.split(',')
    return onChange((changed) => {
      if (names.some((name) => changed.has(name as ChangedTopic))) reload()
    })
  }, [watched])
  return useAnyResource(path, (signal) => request<Value>('GET', path, { signal }), { changes })
}
