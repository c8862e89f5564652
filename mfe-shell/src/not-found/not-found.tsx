import { Link, useTitle } from '@isocenter/design-system'
import { Result } from 'antd'
import { useShellWords } from '../words/index.ts'

/** For addresses at which there is nothing. */
export function NotFound() {
  const { notFound } = useShellWords()
  useTitle(notFound.title)
  return <Result status="info" icon={null} title={<h1 className="result-title">{notFound.title}</h1>} subTitle={notFound.hint} extra={<Link className="link-button" href="/workbench">{notFound.home}</Link>} />
}
