/** The study list's filters as its address has them, and what they ask of the server. */
import { commonExamTypes, minKeywordLength, studySorts, studyStates, type StudyListQuery } from '@isocenter/contracts'

/** Times of arrival one can choose at once; without one, the last day. */
export const ranges = ['day', 'today', '3', '7', '30', 'any', 'custom'] as const
export type Range = typeof ranges[number]
export const pageSizes = [20, 50, 100] as const

/** Members of the address that narrow the list; what opens on top of it is not among them. */
export const filterNames = ['keyword', 'name', 'number', 'patient', 'data', 'sex', 'type', 'tag', 'state', 'uploader', 'range', 'from', 'to', 'examFrom', 'examTo', 'marked', 'record'] as const
export type FilterName = typeof filterNames[number]
const others = ['sort', 'order', 'size', 'view'] as const

const day = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 86_400_000
const startOf = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate())
const dayOf = (text: string): Date => new Date(`${text}T00:00:00`)

export const rangeOf = (search: URLSearchParams): Range => ranges.find((range) => range === search.get('range')) ?? 'day'

/** Days are the reader's, by the calendar on this device. */
function arrivalOf(search: URLSearchParams, now: Date): Pick<StudyListQuery, 'arrivedFrom' | 'arrivedTo' | 'arrival'> {
  const range = rangeOf(search)
  switch (range) {
    case 'day': return {}
    case 'any': return { arrival: 'any' }
    case 'today': return { arrivedFrom: startOf(now).toISOString() }
    case 'custom': {
      const [from, to] = [search.get('from') ?? '', search.get('to') ?? '']
      const end = day.test(to) ? dayOf(to) : undefined
      end?.setDate(end.getDate() + 1)
      const given = { ...(day.test(from) && { arrivedFrom: dayOf(from).toISOString() }), ...(end !== undefined && { arrivedTo: end.toISOString() }) }
      return Object.keys(given).length === 0 ? { arrival: 'any' } : given
    }
    default: return { arrivedFrom: startOf(new Date(now.getTime() - (Number(range) - 1) * dayMs)).toISOString() }
  }
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const tags = new RegExp(`^${uuid}(,${uuid}){0,19}$`)

const oneOf = <Value extends string | number>(values: readonly Value[], text: string | null): Value | undefined => values.find((value) => String(value) === text)

/** What an address asks of the server. A keyword that is too short, or what no value can be, asks nothing. */
export function queryOf(search: URLSearchParams, now: Date): StudyListQuery {
  const text = (name: string) => (search.get(name) ?? '').trim().slice(0, 64)
  const written = (name: string, as: string) => (text(name) === '' ? {} : { [as]: text(name) })
  const record = text('record')
  const limit = oneOf(pageSizes, search.get('size')) ?? 50
  if (/^(\d+(\.\d+)+|[0-9A-Fa-f]{12})$/.test(record)) return { record, limit }
  const [sex, state] = [oneOf(['M', 'F', 'O', 'none'] as const, search.get('sex')), oneOf(studyStates, search.get('state'))]
  const [sort, order] = [oneOf(studySorts, search.get('sort')), oneOf(['asc', 'desc'] as const, search.get('order'))]
  const examType = text('type')
  const tag = search.get('tag') ?? ''
  return {
    limit, ...arrivalOf(search, now), ...written('name', 'name'), ...written('number', 'studyNumber'), ...written('patient', 'patientId'), ...written('uploader', 'uploader'),
    ...(/^[0-9A-Fa-f]{12}$/.test(text('data')) && { dataId: text('data') }), ...(text('keyword').length >= minKeywordLength && { keyword: text('keyword') }),
    ...(/^[A-Z0-9_ ]{1,16}(,[A-Z0-9_ ]{1,16}){0,19}$/.test(examType) && { examType }), ...(tags.test(tag) && { tag }),
    ...(sex !== undefined && { sex }), ...(state !== undefined && { state }), ...(sort !== undefined && { sort }), ...(order !== undefined && { order }),
    ...(day.test(text('examFrom')) && { examFrom: text('examFrom') }), ...(day.test(text('examTo')) && { examTo: text('examTo') }), ...(search.get('marked') === '1' && { favourites: true }),
  }
}

/** How many filters besides the keyword and the time of arrival are at work. */
export const furtherFilters = (search: URLSearchParams): number =>
  filterNames.filter((name) => !['keyword', 'range', 'from', 'to', 'record', 'type', 'tag'].includes(name) && (search.get(name) ?? '') !== '').length

export const isFiltered = (search: URLSearchParams): boolean => filterNames.some((name) => (search.get(name) ?? '') !== '')

/** The same address with members changed; an empty one goes. A filter that changes takes the record that was asked for with it. */
export function changed(path: string, search: URLSearchParams, change: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(search)
  if (!('record' in change) && Object.keys(change).some((name) => (filterNames as readonly string[]).includes(name))) next.delete('record')
  for (const [name, value] of Object.entries(change)) if (value === '') next.delete(name); else next.set(name, value)
  return `${path}${next.size > 0 ? `?${next.toString()}` : ''}`
}

/** Only what narrows and sorts: to be kept while somebody is elsewhere. */
export function kept(search: URLSearchParams): string {
  const all: readonly string[] = [...filterNames.filter((name) => name !== 'record'), ...others]
  return new URLSearchParams([...search].filter(([name]) => all.includes(name))).toString()
}

export const viewerAddress = (organisationId: string, studies: readonly string[]): string => `/o/${organisationId}/viewer?studies=${studies.join(',')}`

/** DICOMweb of one organisation, for what the browser fetches by itself. */
export const dicomweb = (organisationId: string, path: string): string => `/o/${organisationId}/dicom-web${path}`

export { commonExamTypes }
