import { DeleteOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons'
import type { FilmItem, FilmView, PrintJob } from '@isocenter/contracts'
import { EmptyState, Link, Loaded, personName, useLanguage } from '@isocenter/design-system'
import { Button, Checkbox } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { writtenTime } from '../studies/row-text.ts'
import { Picture } from './picture.tsx'
import { PrintPanel } from './print-panel.tsx'
import type { BasketState, StudyItems } from './use-basket.ts'
import { useFilmWords } from './words.ts'

/** What the server says is wrong with one image. */
export interface ItemProblem {
  readonly itemId: string
  readonly text: string
}

/** What is collected, and how it is printed. */
export function Basket({ organisationId, accountId, basket, onPrinted }: { readonly organisationId: string; readonly accountId: string; readonly basket: BasketState; readonly onPrinted: (job: PrintJob) => void }) {
  const words = useFilmWords()
  const [problem, setProblem] = useState<ItemProblem>()
  return (
    <Loaded resource={basket.resource}>{({ items }) => (items.length === 0 ? (
      <EmptyState title={words.emptyBasket} action={<Link href={`/o/${organisationId}/studies`}>{words.toStudies}</Link>}>{words.emptyBasketHint}</EmptyState>
    ) : (
      <div className="film-page">
        <section aria-label={words.basket} className="film-basket">
          <div className="film-tools">
            <span role="status">{words.chosen(basket.chosen.length, items.length)}</span>
            <Button size="small" danger disabled={basket.action.isBusy} onClick={() => void basket.empty()}>{words.empty}</Button>
          </div>
          {basket.groups.map((group) => <StudyGroup key={group.StudyInstanceUID} organisationId={organisationId} basket={basket} group={group} problem={problem} />)}
        </section>
        <PrintPanel organisationId={organisationId} accountId={accountId} chosen={basket.chosen} onProblem={setProblem} onPrinted={(job) => { basket.resource.reload(); onPrinted(job) }} />
      </div>
    ))}</Loaded>
  )
}

function StudyGroup({ organisationId, basket, group: { StudyInstanceUID, items }, problem }: { readonly organisationId: string; readonly basket: BasketState; readonly group: StudyItems; readonly problem: ItemProblem | undefined }) {
  const words = useFilmWords()
  const { language } = useLanguage()
  const [said, setSaid] = useState('')
  const list = useRef<HTMLUListElement>(null)
  const focusNext = useRef<string>(undefined)
  const dragged = useRef<string>(undefined)
  const [over, setOver] = useState<string>()
  // A button that moves its own image is moved in the page too, and browsers take the focus from it.
  useEffect(() => {
    if (focusNext.current === undefined) return
    const button = list.current?.querySelector<HTMLButtonElement>(`[data-move="${focusNext.current}"]`)
    focusNext.current = undefined
    if (button?.disabled === true) button.closest('li')?.querySelector<HTMLButtonElement>('[data-move]:not(:disabled)')?.focus()
    else button?.focus()
  })
  const ids = items.map(({ itemId }) => itemId)
  const name = personName(items[0]?.PatientName ?? '', language) || words.unnamed
  const chosen = ids.filter(basket.isChosen).length
  const title = [name, writtenTime(items[0]?.StudyDate)].filter(Boolean).join(' · ')
  const move = (itemId: string, to: string | undefined) => {
    if (to === undefined || to === itemId) return
    basket.move(itemId, to)
    setSaid(words.movedTo(ids.indexOf(to) + 1, ids.length))
  }
  return (
    <section className="film-study" aria-label={title}>
      <div className="film-tools">
        <Checkbox checked={chosen === ids.length} indeterminate={chosen > 0 && chosen < ids.length} onChange={({ target }) => { basket.choose(ids, target.checked) }}><strong>{title}</strong></Checkbox>
        <Button size="small" type="text" disabled={basket.action.isBusy} aria-label={words.removeAllOf(title)} onClick={() => void basket.empty(StudyInstanceUID)}>{words.removeStudy}</Button>
      </div>
      <ul className="film-items" ref={list}>
        {items.map((item, index) => {
          const { itemId } = item
          const label = words.image(index + 1, describe(item, words))
          const step = (by: -1 | 1) => {
            focusNext.current = `${itemId} ${String(by)}`
            move(itemId, ids[index + by])
          }
          return (
            <li key={itemId} aria-label={label}>
              {/* Dragging is one way; the buttons are the other. */}
              <div draggable className={`film-item${over === itemId ? ' is-over' : ''}${basket.isChosen(itemId) ? '' : ' is-left-out'}`}
                onDragStart={(event) => { dragged.current = itemId; event.dataTransfer.effectAllowed = 'move'; event.dataTransfer.setData('text/plain', itemId) }}
                onDragOver={(event) => { if (dragged.current !== undefined) { event.preventDefault(); setOver(itemId) } }}
                onDragEnd={() => { dragged.current = undefined; setOver(undefined) }}
                onDrop={(event) => { event.preventDefault(); if (dragged.current !== undefined) move(dragged.current, itemId); dragged.current = undefined; setOver(undefined) }}>
                <span className="film-picture"><Picture organisationId={organisationId} image={item} /></span>
                <Checkbox checked={basket.isChosen(itemId)} onChange={({ target }) => { basket.choose([itemId], target.checked) }} aria-label={words.print(label)}>{index + 1}</Checkbox>
                <span className="film-caption hint" title={describe(item, words)}>{describe(item, words)}</span>
                {item.window && <span className="hint film-caption">{words.window(item.window.center, item.window.width)}</span>}
                {item.view && <span className="hint film-caption" title={seenAs(item.view, words)}>{seenAs(item.view, words)}</span>}
                {problem?.itemId === itemId && <span className="film-item-problem" role="alert">{problem.text}</span>}
                <span className="film-item-tools">
                  <Button size="small" type="text" icon={<LeftOutlined aria-hidden />} data-move={`${itemId} -1`} aria-label={words.earlier(label)} disabled={index === 0} onClick={() => { step(-1) }} />
                  <Button size="small" type="text" icon={<RightOutlined aria-hidden />} data-move={`${itemId} 1`} aria-label={words.later(label)} disabled={index === items.length - 1} onClick={() => { step(1) }} />
                  <Button size="small" type="text" icon={<DeleteOutlined aria-hidden />} aria-label={words.remove(label)} disabled={basket.action.isBusy} onClick={() => void basket.remove(itemId)} />
                </span>
              </div>
            </li>
          )
        })}
      </ul>
      <span className="only-read" role="status">{said}</span>
    </section>
  )
}

const seenAs = ({ isInverted = false, rotation = 0, isFlipped = false, area }: FilmView, words: ReturnType<typeof useFilmWords>): string =>
  [...(isInverted ? [words.inverted] : []), ...(rotation === 0 ? [] : [words.turned(rotation)]), ...(isFlipped ? [words.mirrored] : []), ...(area ? [words.part] : [])].join(' · ')

const describe = ({ Modality, SeriesNumber, SeriesDescription, InstanceNumber, frame }: FilmItem, words: ReturnType<typeof useFilmWords>): string =>
  [Modality, InstanceNumber === undefined ? undefined : words.number(InstanceNumber), frame > 1 ? words.frame(frame) : undefined, SeriesDescription ?? (SeriesNumber === undefined ? undefined : words.series(SeriesNumber))].filter(Boolean).join(' · ')
