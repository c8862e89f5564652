import type { FilmImage } from '@isocenter/contracts'
import { useState } from 'react'
import { dicomweb } from '../studies/address.ts'
import { useFilmWords } from './words.ts'

/** Of a place on a preview and of a thumbnail alike, so that the browser asks once. */
const side = 256

/** A small picture as the window shows it; without one, the one that was made on arrival, or a rendering of the frame. */
export function pictureOf(organisationId: string, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame, window }: FilmImage): string {
  const path = dicomweb(organisationId, `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}/frames/${String(frame)}`)
  const query = new URLSearchParams({ viewport: `${String(side)},${String(side)}`, ...(window && { window: `${String(window.center)},${String(window.width)},linear` }) })
  return `${path}/${window ? 'rendered' : 'thumbnail'}?${query.toString()}`
}

export function Picture({ organisationId, image }: { readonly organisationId: string; readonly image: FilmImage }) {
  const words = useFilmWords()
  const [hasFailed, setFailed] = useState(false)
  return hasFailed ? <span className="film-no-picture">{words.noPicture}</span>
    : <img loading="lazy" alt="" draggable={false} src={pictureOf(organisationId, image)} onError={() => { setFailed(true) }} />
}
