import { filmSize, type FilmItem, type PrintSettings } from '@isocenter/contracts'
import { Picture } from './picture.tsx'
import { useFilmWords } from './words.ts'

/** The films as they will be, to scale: each image as large as its place allows. */
export function Sheets({ organisationId, items, settings }: { readonly organisationId: string; readonly items: readonly FilmItem[]; readonly settings: Pick<PrintSettings, 'columns' | 'rows' | 'FilmSizeID' | 'FilmOrientation'> }) {
  const words = useFilmWords()
  const { columns, rows } = settings
  const { width, height } = filmSize(settings)
  const places = columns * rows
  const sheets = Array.from({ length: Math.ceil(items.length / places) }, (_, sheet) => items.slice(sheet * places, (sheet + 1) * places))
  return (
    // Scrolled by the keyboard, too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ol className="film-sheets" tabIndex={0} aria-label={words.preview}>
      {sheets.map((images, sheet) => (
        <li key={images[0]?.itemId}>
          <div className="film-sheet" style={{ aspectRatio: `${String(width)} / ${String(height)}`, gridTemplate: `repeat(${String(rows)}, minmax(0, 1fr)) / repeat(${String(columns)}, minmax(0, 1fr))` }}>
            {images.map((item) => <span key={item.itemId} className="film-place"><Picture organisationId={organisationId} image={item} /></span>)}
          </div>
          <span className="hint">{words.sheet(sheet + 1, sheets.length)}</span>
        </li>
      ))}
    </ol>
  )
}
