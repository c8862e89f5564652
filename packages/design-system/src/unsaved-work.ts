/** One guard for what somebody has typed and not saved: forms hold it, and whoever would leave asks first (WB-04). It knows no framework. */

/** Asks whether to leave; true when what is not saved may be lost. */
export type LeaveQuestion = () => Promise<boolean>

const held = new Set<symbol>()
const questions: LeaveQuestion[] = []
let isLeaving = false

export const hasUnsavedWork = (): boolean => held.size > 0

/** Something has been typed that is not saved; what is answered says that it is saved, or given up. */
export function holdUnsavedWork(): () => void {
  const work = Symbol('unsaved work')
  held.add(work)
  return () => { held.delete(work) }
}

/** Lets a question be asked where the page can show one; the latest is asked. Answers how to take it back. */
export function askBeforeLeaving(question: LeaveQuestion): () => void {
  questions.push(question)
  return () => { questions.splice(questions.indexOf(question), 1) }
}

/** True when nothing would be lost, or when it may be. While one question is open, another way out stays closed. */
export async function mayLeave(): Promise<boolean> {
  const question = questions.at(-1)
  if (!hasUnsavedWork() || question === undefined) return true
  if (isLeaving) return false
  isLeaving = true
  try {
    if (!await question()) return false
    // Given up: nothing else asks about it again, were its form to stay.
    held.clear()
    return true
  } finally {
    isLeaving = false
  }
}

const isElsewhere = (url: string): boolean => new URL(url, location.href).pathname !== location.pathname

/** Watches the ways out that no link of the page leads to: closing the tab, reloading, going back and forth. Once a page. */
export function guardUnsavedWork(): void {
  addEventListener('beforeunload', (event) => {
    if (hasUnsavedWork()) event.preventDefault()
  })
  // A browser without it goes back without asking; everything else asks there too.
  const navigation = 'navigation' in globalThis ? globalThis.navigation : undefined
  if (navigation === undefined) return
  navigation.addEventListener('navigate', (event) => {
    const { navigationType, cancelable, destination } = event
    if (navigationType !== 'traverse' || !cancelable || !hasUnsavedWork() || !isElsewhere(destination.url)) return
    event.preventDefault()
    void mayLeave().then((may) => {
      // The page it leads to tells itself if it cannot be shown.
      if (may) navigation.traverseTo(destination.key).finished?.catch(() => undefined)
    })
  })
}
