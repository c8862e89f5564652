import { Button, Result } from 'antd'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { useWords, type Translations } from '../language.tsx'
import { isProblem } from '../problems/problem-like.ts'

const en = {
  title: 'This page has failed',
  hint: 'What you had entered and not saved on this page may be lost. The other pages still work.',
  again: 'Open it again',
  home: 'Go to the workbench',
  request: 'Request',
  whatHappened: 'What happened',
  outdated: 'A newer version has been installed meanwhile. Load the page again to go on.', reload: 'Load again',
}
const words: Translations<typeof en> = {
  en,
  'zh-CN': {
    title: '页面出现错误', hint: '此页面上未保存的内容可能丢失，其他页面不受影响。', again: '重新打开', home: '返回工作台', request: '请求编号', whatHappened: '错误信息',
    outdated: '系统已更新，请重新加载页面后继续。', reload: '重新加载',
  },
}

interface Failure { readonly error: unknown }

/** A file of a build that a newer one has replaced. */
const isOutdated = (error: unknown) => error instanceof TypeError && /dynamically imported module|importing a module/i.test(error.message)

/** Stands in for a page that failed while being drawn: says what happened, and how to go on. */
export class Boundary extends Component<{ readonly onFailure?: ((error: unknown, where: string) => void) | undefined; readonly children: ReactNode }, { readonly failure?: Failure | undefined }> {
  override state: { readonly failure?: Failure | undefined } = {}

  static getDerivedStateFromError(error: unknown): { readonly failure: Failure } {
    return { failure: { error } }
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    this.props.onFailure?.(error, componentStack ?? '')
  }

  override render(): ReactNode {
    const { failure } = this.state
    if (!failure) return this.props.children
    return <FailedPage error={failure.error} onRetry={() => { this.setState({ failure: undefined }) }} />
  }
}

/** What is shown in place of a page that failed. */
export function FailedPage({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const text = useWords(words)
  const outdated = isOutdated(error)
  return (
    <div role="alert" className="failed-page">
      <Result
        status="error"
        title={text.title}
        subTitle={outdated ? text.outdated : text.hint}
        extra={[
          outdated ? <Button key="reload" type="primary" onClick={() => { location.reload() }}>{text.reload}</Button> : <Button key="again" type="primary" onClick={onRetry}>{text.again}</Button>,
          <Button key="home" href="/workbench">{text.home}</Button>,
        ]}
      >
        <dl className="facts">
          <dt>{text.whatHappened}</dt>
          <dd className="mono">{error instanceof Error ? error.message : String(error)}</dd>
          {isProblem(error) && error.requestId !== undefined && <><dt>{text.request}</dt><dd className="mono">{error.requestId}</dd></>}
        </dl>
      </Result>
    </div>
  )
}
