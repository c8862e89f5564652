import { Spin } from 'antd'
import { useState } from 'react'
import { useRecordWords } from './words.ts'

/** A picture of one of two sides that are compared; in its place, why there is none. */
export function SidePicture({ src, alt }: { readonly src: string; readonly alt: string }) {
  const words = useRecordWords()
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  if (state === 'failed') return <NoPicture why={words.noPicture} />
  return (
    <span className="side-picture">
      {state === 'loading' && <Spin />}
      <img src={src} alt={alt} onLoad={() => { setState('shown') }} onError={() => { setState('failed') }} />
    </span>
  )
}

export const NoPicture = ({ why }: { readonly why: string }) => <span className="side-picture is-none">{why}</span>
