import { ColourChoice, LanguageChoice, Link, useTitle } from '@isocenter/design-system'
import type { ReactNode } from 'react'
import { useShellWords } from '../words/index.ts'

/** What all of these look like: what the product is, and one card with one task. */
export function SignInCard({ title, children, footer }: { readonly title: string; readonly children: ReactNode; readonly footer?: ReactNode }) {
  const { signIn, product } = useShellWords()
  useTitle(title)
  return (
    <div className="entrance">
      <div className="entrance-picture" aria-hidden>
        <div className="rings"><i /><i /><i /><i /></div>
        <div className="entrance-words">
          <p className="entrance-slogan">{signIn.slogan}</p>
          <ul>{signIn.points.map((point) => <li key={point}>{point}</li>)}</ul>
        </div>
      </div>
      <div className="entrance-task">
        <div className="entrance-top">
          <Link className="brand" href="/sign-in"><img src="/apps/mfe-shell/icon.svg" alt="" /><span>Isocenter<small>{product}</small></span></Link>
          <span><LanguageChoice /><ColourChoice /></span>
        </div>
        <div className="entrance-card">
          <h1>{title}</h1>
          {children}
        </div>
        <div className="entrance-footer">{footer}</div>
      </div>
    </div>
  )
}
