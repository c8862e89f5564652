import type { FilmImage, FilmView } from '@isocenter/contracts'
import { useState, type CSSProperties } from 'react'
import { dicomweb } from '../studies/address.ts'
import { useFilmWords } from './words.ts'

/** Of a place on a preview and of a thumbnail alike, so that the browser asks once. */
const side = 256

/** A small picture as the window shows it, of the part that is seen; without these, the one that was made on arrival, or a rendering of the frame. */
export function pictureOf(organisationId: string, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame, window, view: { area } = {} }: FilmImage): string {
  const path = dicomweb(organisationId, `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}/frames/${String(frame)}`)
  const query = new URLSearchParams({ viewport: [side, side, ...(area ? [area.left, area.top, area.width, area.height] : [])].join(','), ...(window && { window: `${String(window.center)},${String(window.width)},linear` }) })
  return `${path}/${window || area ? 'rendered' : 'thumbnail'}?${query.toString()}`
}

/** What of an image's view is done here: it is turned, then mirrored, and inverted. */
function arranged({ isInverted = false, rotation = 0, isFlipped = false }: FilmView = {}): { readonly className: string | undefined; readonly style: CSSProperties } {
  const isSideways = rotation % 180 !== 0
  const steps = [...(isSideways ? ['translate(-50%, -50%)'] : []), ...(isFlipped ? ['scaleX(-1)'] : []), ...(rotation === 0 ? [] : [`rotate(${String(rotation)}deg)`])]
  return { className: isSideways ? 'is-sideways' : undefined, style: { ...(steps.length > 0 && { transform: steps.join(' ') }), ...(isInverted && { filter: 'invert(1)' }) } }
}

export function Picture({ organisationId, image }: { readonly organisationId: string; readonly image: FilmImage }) {
  const words = useFilmWords()
  const [hasFailed, setFailed] = useState(false)
  return hasFailed ? <span className="film-no-picture">{words.noPicture}</span>
    : <img {...arranged(image.view)} loading="lazy" alt="" draggable={false} src={pictureOf(organisationId, image)} onError={() => { setFailed(true) }} />
}
