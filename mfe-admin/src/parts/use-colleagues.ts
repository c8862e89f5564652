import { addressBook } from '@isocenter/api-client'
import type { ContactPerson } from '@isocenter/contracts'
import { useCallback } from 'react'
import { useAdmin } from './admin.ts'

const offered = 20

/** Seeks members of the organisation by name, in the address book: who binds devices or sets fees need not manage members. */
export function useColleagues(): (words: string, signal: AbortSignal) => Promise<readonly ContactPerson[]> {
  const { api, organisation: { organisationId } } = useAdmin()
  return useCallback(async (words, signal) => (await addressBook(api).people({ organisationId, limit: offered, ...(words !== '' && { search: words }) }, signal)).items, [api, organisationId])
}
