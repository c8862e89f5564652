import { Button } from 'antd'
import { useEffect, useRef, useState, type PointerEvent } from 'react'
import { useShellWords } from '../../words/index.ts'

/** Of the picture, in CSS pixels times this: reports are printed. */
const density = 3
const penWidth = 2.6

interface Point { readonly x: number; readonly y: number }

/** A field to sign on with finger, pen or mouse; answers a transparent PNG in black. */
export function SignaturePad({ isBusy, onDone, isTall = false }: { readonly isBusy: boolean; readonly onDone: (picture: Blob) => Promise<boolean>; readonly isTall?: boolean }) {
  const { signature: words } = useShellWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const last = useRef<Point>(undefined)
  const [isEmpty, setEmpty] = useState(true)

  const context = () => canvas.current?.getContext('2d') ?? undefined
  const clear = () => {
    const field = canvas.current
    if (!field) return
    const { width, height } = field.getBoundingClientRect()
    field.width = Math.round(width * density)
    field.height = Math.round(height * density)
    setEmpty(true)
  }
  useEffect(() => {
    clear()
    // A phone that is turned gives a field of another shape.
    addEventListener('resize', clear)
    return () => { removeEventListener('resize', clear) }
  }, [])

  const pointOf = ({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top } = canvas.current?.getBoundingClientRect() ?? { left: 0, top: 0 }
    return { x: (clientX - left) * density, y: (clientY - top) * density }
  }
  const line = (to: Point) => {
    const pen = context()
    const from = last.current ?? to
    last.current = to
    if (!pen) return
    pen.strokeStyle = '#000'
    pen.lineWidth = penWidth * density
    pen.lineCap = 'round'
    pen.lineJoin = 'round'
    pen.beginPath()
    pen.moveTo(from.x, from.y)
    pen.lineTo(to.x, to.y)
    pen.stroke()
  }
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    last.current = undefined
    line(pointOf(event))
    setEmpty(false)
  }
  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    for (const one of event.nativeEvent.getCoalescedEvents?.() ?? [event.nativeEvent]) line(pointOf(one))
  }
  const submit = () => {
    canvas.current?.toBlob((picture) => {
      if (picture) void onDone(picture).then((isDone) => { if (isDone) clear() })
    }, 'image/png')
  }
  return (
    <div className="pad">
      {/* Drawing has no keyboard; uploading a picture is the way without one. */}
      <canvas ref={canvas} className={isTall ? 'pad-field is-tall' : 'pad-field'} role="img" aria-label={words.pad} onPointerDown={begin} onPointerMove={go} />
      <div className="row-actions"><Button type="primary" size={isTall ? 'large' : 'middle'} disabled={isEmpty} loading={isBusy} onClick={submit}>{words.use}</Button><Button size={isTall ? 'large' : 'middle'} disabled={isEmpty || isBusy} onClick={clear}>{words.clear}</Button></div>
    </div>
  )
}
