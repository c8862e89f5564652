import { favourites, maintenance, ownPreferences, session, studies } from '@isocenter/api-client'
import type { StudySummary } from '@isocenter/contracts'
import { navigate, secondWindow, useAction, useMedia, type Action } from '@isocenter/design-system'
import { App } from 'antd'
import { useEffect } from 'react'
import { viewerAddress } from './address.ts'
import { useStudyWords } from './words.ts'

export interface StudyActions {
  /** Shows images: in this page, or in the window that stays beside it for who reads on two screens. */
  readonly open: (studies: readonly string[]) => void
  readonly lock: (study: StudySummary) => Promise<void>
  readonly unlock: (study: StudySummary) => Promise<void>
  readonly mark: (study: StudySummary, isFavourite: boolean) => Promise<void>
  /** @throws ApiProblem */
  readonly remove: (study: StudySummary, reason: string) => Promise<void>
  /** Reads a row anew whose study was changed elsewhere. */
  readonly readAnew: (StudyInstanceUID: string) => Promise<void>
  readonly copyLink: (study: StudySummary) => Promise<void>
  readonly state: Action
}

/** What can be done with a study; the row is read anew afterwards, since the server tells what may be done next. */
export function useStudyActions(organisationId: string, replace: (StudyInstanceUID: string, study: StudySummary | undefined) => void): StudyActions {
  const words = useStudyWords()
  const state = useAction()
  const { message } = App.useApp()
  const api = session.api.of(organisationId)
  // A hand-held device has one screen.
  const mayHaveTwoScreens = useMedia('(hover: hover) and (pointer: fine)')
  // A window may be opened at once after a click, and not much later: what is wanted is known before.
  useEffect(() => { void ownPreferences.refresh() }, [])
  const readAnew = async (StudyInstanceUID: string) => {
    const page = await studies(api).look({ record: StudyInstanceUID })
    replace(StudyInstanceUID, page.items[0])
  }
  const act = async (study: StudySummary, action: () => Promise<unknown>, done: string) => {
    await state.run(async () => {
      await action()
      await readAnew(study.StudyInstanceUID)
    }, { done })
  }
  const showImages = async (address: string) => {
    const isElsewhere = mayHaveTwoScreens && (await ownPreferences.get())?.dualScreen === true && await secondWindow.show(address)
    if (!isElsewhere) navigate(address)
  }
  return {
    state,
    open: (uids) => void showImages(viewerAddress(organisationId, uids)),
    lock: (study) => act(study, () => maintenance(api).lock(study.StudyInstanceUID), words.locked),
    unlock: (study) => act(study, () => maintenance(api).unlock(study.StudyInstanceUID), words.unlocked),
    mark: (study, isFavourite) => act(study, () => (isFavourite ? favourites(api).addStudy(study.StudyInstanceUID) : favourites(api).removeStudy(study.StudyInstanceUID)), isFavourite ? words.favouriteAdded : words.favouriteRemoved),
    remove: async (study, reason) => {
      await maintenance(api).deleteStudy(study.StudyInstanceUID, reason)
      replace(study.StudyInstanceUID, undefined)
    },
    readAnew: async (StudyInstanceUID) => { await state.run(() => readAnew(StudyInstanceUID)) },
    copyLink: async ({ StudyInstanceUID }) => {
      await navigator.clipboard.writeText(`${location.origin}/o/${organisationId}/studies?record=${StudyInstanceUID}`)
      void message.success(words.linkCopied)
    },
  }
}
