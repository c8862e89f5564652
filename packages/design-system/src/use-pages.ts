import { useCallback, useEffect, useRef, useState } from 'react'
import { useResource, type Load, type Resource, type ResourceOptions } from './use-resource.ts'

interface Page<Item> { readonly items: readonly Item[]; readonly next?: string | undefined }

export interface Pages<Item, Answer extends Page<Item>> extends Resource<Answer> {
  readonly hasMore: boolean
  /** Adds the next page to those that are shown. */
  readonly more: () => void
}

/**
 * A list that is read page by page, each added to those before; `value` is the last page's answer with the items of all. When it is asked for
 * anew, as many pages are read as were shown.
 */
export function usePages<Item, Answer extends Page<Item>>(
  key: string | undefined,
  load: (cursor: string | undefined, ...asked: Parameters<Load<Answer>>) => Promise<Answer>,
  options: ResourceOptions = {},
): Pages<Item, Answer> {
  const [wanted, setWanted] = useState<{ readonly key: string | undefined; readonly pages: number }>({ key, pages: 1 })
  const pages = wanted.key === key ? wanted.pages : 1
  const latest = useRef(pages)
  useEffect(() => { latest.current = pages }, [pages])
  const resource = useResource(key === undefined ? undefined : `${key} ${String(pages)}`, async (...asked) => {
    let answer = await load(undefined, ...asked)
    const items = [...answer.items]
    for (let page = 1; page < latest.current && answer.next !== undefined; page++) {
      answer = await load(answer.next, ...asked)
      items.push(...answer.items)
    }
    return { ...answer, items }
  }, options)
  const more = useCallback(() => { setWanted({ key, pages: latest.current + 1 }) }, [key])
  return { ...resource, hasMore: resource.value?.next !== undefined, more }
}
