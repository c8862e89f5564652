import { deviceTypes, partTags, session } from '@isocenter/api-client'
import { useResource } from '@isocenter/design-system'
import { commonExamTypes } from './address.ts'
import { useStudyWords } from './words.ts'

interface Choice {
  readonly value: string
  readonly label: string
}
export interface Choices {
  readonly chosen: string[]
  readonly options: Choice[]
}

/** Modalities a list offers beside the common types. */
const further = ['MG', 'XA', 'RF', 'NM', 'PT', 'ES', 'ECG', 'OP', 'SM', 'SR']

const chosenIn = (search: URLSearchParams, name: string): string[] => (search.get(name) ?? '').split(',').filter((one) => one !== '')

/** What is chosen can be seen and taken away, also where it is offered no more: an address may be older than the hospital's tags. */
const withChosen = (chosen: readonly string[], options: readonly Choice[], labelOf: (value: string) => string): Choice[] =>
  [...options, ...chosen.filter((value) => !options.some((one) => one.value === value)).map((value) => ({ value, label: labelOf(value) }))]

/** What the list can be narrowed by of the organisation's own: its types of devices beside the usual exam types, and its tags. */
export function useChoices(organisationId: string, search: URLSearchParams): { readonly types: Choices; readonly tags: Choices } {
  const words = useStudyWords()
  const api = session.api.of(organisationId)
  const ownTypes = useResource(`${organisationId} types`, (signal) => deviceTypes(api).list(signal)).value?.items.filter(({ isBasic }) => !isBasic) ?? []
  const ownTags = useResource(`${organisationId} tags`, (signal) => partTags(api).names(signal)).value
  const types: readonly Choice[] = [
    ...commonExamTypes.map((value) => ({ value: value as string, label: value as string })),
    ...ownTypes.map(({ code, name }) => ({ value: code, label: name === undefined || name === code ? code : `${code} · ${name}` })),
    ...further.filter((value) => !ownTypes.some(({ code }) => code === value)).map((value) => ({ value, label: value })),
  ]
  const [chosenTypes, chosenTags] = [chosenIn(search, 'type'), chosenIn(search, 'tag')]
  const tags = ownTags?.items.map(({ tagId, name }) => ({ value: tagId, label: name })) ?? []
  return {
    types: { chosen: chosenTypes, options: withChosen(chosenTypes, types, (value) => value) },
    // Before the names are there nothing is offered, and nothing is called gone.
    tags: { chosen: chosenTags, options: ownTags === undefined ? [] : withChosen(chosenTags, tags, () => words.goneTag) },
  }
}
