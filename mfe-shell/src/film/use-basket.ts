import { film, session } from '@isocenter/api-client'
import type { FilmBasket, FilmItem } from '@isocenter/contracts'
import { useAction, useConfirm, useResource, type Action, type Resource } from '@isocenter/design-system'
import { useRef, useState } from 'react'
import { useFilmWords } from './words.ts'

export interface StudyItems {
  readonly StudyInstanceUID: string
  readonly items: readonly FilmItem[]
}

export interface BasketState {
  readonly resource: Resource<FilmBasket>
  readonly action: Action
  /** By study, each study's in the order they are to stand. */
  readonly groups: readonly StudyItems[]
  /** Those that are to be printed, in their order. */
  readonly chosen: readonly FilmItem[]
  readonly isChosen: (itemId: string) => boolean
  readonly choose: (itemIds: readonly string[], isChosen: boolean) => void
  /** Puts one image to where another of its study stands. */
  readonly move: (itemId: string, to: string) => void
  readonly remove: (itemId: string) => Promise<void>
  readonly empty: (study?: string) => Promise<void>
}

/** Somebody collects in the viewer, in another tab, and comes back. */
const onReturn = (reload: () => void) => {
  addEventListener('focus', reload)
  return () => { removeEventListener('focus', reload) }
}

/** One's own basket; its order is kept, the choice is of this page until it is left. */
export function useBasket(organisationId: string): BasketState {
  const words = useFilmWords()
  const api = film(session.api.of(organisationId))
  const resource = useResource(organisationId, (signal) => api.basket(signal), { changes: onReturn })
  const [order, setOrder] = useState<readonly string[]>([])
  const keeping = useRef(Promise.resolve())
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set())
  const action = useAction()
  const confirm = useConfirm()
  const groups = groupsOf(inOrder(resource.value?.items ?? [], order))
  const all = groups.flatMap(({ items }) => items)
  const isChosen = (itemId: string) => !leftOut.has(itemId)
  return {
    resource, action, groups, isChosen,
    chosen: all.filter(({ itemId }) => isChosen(itemId)),
    choose: (itemIds, isToBeChosen) => {
      setLeftOut((now) => {
        const next = new Set(now)
        for (const itemId of itemIds) if (isToBeChosen) next.delete(itemId); else next.add(itemId)
        return next
      })
    },
    move: (itemId, to) => {
      const ids = moved(all.map((item) => item.itemId), itemId, to)
      setOrder(ids)
      // One after another: the last is what is kept.
      keeping.current = keeping.current.then(async () => {
        if (await action.run(() => api.arrange(ids))) return
        setOrder([])
        resource.reload()
      })
    },
    remove: async (itemId) => { if (await action.run(() => api.remove(itemId))) resource.reload() },
    empty: async (study) => {
      if (!await confirm({ title: study === undefined ? words.emptyTitle : words.removeStudyTitle, hint: words.emptyHint, action: words.emptyAction })) return
      if (await action.run(() => api.empty(study))) resource.reload()
    },
  }
}

/** As somebody ordered them; what came later stands at the end. */
function inOrder(items: readonly FilmItem[], order: readonly string[]): readonly FilmItem[] {
  const places = new Map(order.map((itemId, place) => [itemId, place]))
  const placeOf = ({ itemId }: FilmItem) => places.get(itemId) ?? order.length
  return items.toSorted((a, b) => placeOf(a) - placeOf(b))
}

function groupsOf(items: readonly FilmItem[]): readonly StudyItems[] {
  return [...Map.groupBy(items, ({ StudyInstanceUID }) => StudyInstanceUID)].map(([StudyInstanceUID, group]) => ({ StudyInstanceUID, items: group }))
}

/** The ids with one of them taken to where another stands: before it coming from behind, behind it coming from before. */
export function moved(ids: readonly string[], id: string, to: string): readonly string[] {
  const [from, place] = [ids.indexOf(id), ids.indexOf(to)]
  return from < 0 || place < 0 ? ids : ids.toSpliced(from, 1).toSpliced(place, 0, id)
}
