import { useEffect, useState } from 'react'

const pauseMs = 250

/** What is sought while somebody types: the words there are when the typing pauses. */
export function useSought(): { readonly sought: string; readonly onType: (words: string) => void } {
  const [typed, onType] = useState('')
  const [sought, setSought] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => { setSought(typed.trim()) }, pauseMs)
    return () => { clearTimeout(timer) }
  }, [typed])
  return { sought, onType }
}
