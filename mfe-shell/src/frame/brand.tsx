import { Link } from '@isocenter/design-system'
import { useShellWords } from '../words/index.ts'

export function Brand() {
  const { product } = useShellWords()
  return (
    <Link className="brand" href="/workbench">
      <img src="/apps/mfe-shell/icon.svg" alt="" />
      <span>Isocenter<small>{product}</small></span>
    </Link>
  )
}
