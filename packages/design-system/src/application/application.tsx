import { StrictMode, type ComponentType } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { DesignProvider } from '../design-provider.tsx'
import { bearNonce } from '../nonce.ts'
import { ProductProblems } from '../problems/product-problems.tsx'
import { guardUnsavedWork } from '../unsaved-work.ts'
import { LeaveQuestions } from '../use-unsaved.ts'
import { Boundary } from './boundary.tsx'

/** What single-spa calls: an application of the page. */
export interface Application {
  readonly bootstrap: () => Promise<void>
  readonly mount: () => Promise<void>
  readonly unmount: () => Promise<void>
}

// Once a page, before the first style is written: the design system is loaded once, whatever number of applications there is.
const nonce = typeof document === 'undefined' ? undefined : bearNonce(document)
if (typeof document !== 'undefined') guardUnsavedWork()

/**
 * A React component as an application of the page, within the design system, drawn into the element of the layout that has the id `place`.
 * What fails in it while being drawn stands in its place alone.
 */
export function createApplication(Content: ComponentType, { place }: { readonly place: string }): Application {
  let root: Root | undefined
  let element: HTMLElement | undefined
  return {
    bootstrap: () => Promise.resolve(),
    mount: () => {
      const parent = document.getElementById(place)
      if (!parent) throw new Error(`The layout has no element "${place}".`)
      element = document.createElement('div')
      element.className = 'application'
      parent.append(element)
      root = createRoot(element)
      root.render(<StrictMode><DesignProvider nonce={nonce}><ProductProblems><Boundary><Content /></Boundary><LeaveQuestions /></ProductProblems></DesignProvider></StrictMode>)
      return Promise.resolve()
    },
    unmount: () => {
      root?.unmount()
      element?.remove()
      root = undefined
      element = undefined
      return Promise.resolve()
    },
  }
}
