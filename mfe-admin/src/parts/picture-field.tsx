import { maxPictureBytes } from '@isocenter/contracts'
import { useAction, usePicture } from '@isocenter/design-system'
import { App, Button } from 'antd'
import { useRef, useState } from 'react'
import { useCommonWords } from '../words/common.ts'

/** A picture of the organisation: shown, replaced, removed. */
export function PictureField({ name, isThere, load, onPut, onRemove, isReadOnly = false }: {
  readonly name: string
  readonly isThere: boolean
  readonly load: (signal: AbortSignal) => Promise<Blob>
  readonly onPut: (picture: Blob) => Promise<unknown>
  readonly onRemove?: () => Promise<unknown>
  readonly isReadOnly?: boolean
}) {
  const words = useCommonWords()
  const { message } = App.useApp()
  const { run, isBusy } = useAction()
  const input = useRef<HTMLInputElement>(null)
  const [mark, setMark] = useState(0)
  const url = usePicture(isThere ? `${name} ${String(mark)}` : undefined, load)
  const put = async (file: File) => {
    if (file.size > maxPictureBytes) void message.error(words.fileTooLarge)
    else if (await run(() => onPut(file), { done: words.saved })) setMark((before) => before + 1)
  }
  return (
    <div className="picture-field">
      {isThere && url !== undefined && <img src={url} alt={name} />}
      {!isReadOnly && (
        <div>
          <input
            ref={input} type="file" hidden accept="image/png,image/jpeg,image/webp" aria-label={name}
            onChange={({ target }) => {
              const [file] = target.files ?? []
              if (file) void put(file)
              // The same file again is a change too.
              target.value = ''
            }}
          />
          <span className="row-actions">
            <Button loading={isBusy} aria-label={`${isThere ? words.replaceFile : words.chooseFile}: ${name}`} onClick={() => input.current?.click()}>{isThere ? words.replaceFile : words.chooseFile}</Button>
            {isThere && onRemove && <Button danger loading={isBusy} aria-label={`${words.remove}: ${name}`} onClick={() => void run(onRemove, { done: words.saved })}>{words.remove}</Button>}
          </span>
          <p className="hint small last">{words.pictureHint}</p>
        </div>
      )}
    </div>
  )
}
