import { Button, Empty, Result, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useWords, type Translations } from '../language.tsx'

const en = { loading: 'Loading', again: 'Try again', failed: 'This could not be loaded', request: 'Request' }
const words: Translations<typeof en> = { en, 'zh-CN': { loading: '正在加载', again: '重试', failed: '无法加载', request: '请求编号' } }

/** Stands where content will be. */
export function LoadingState({ rows = 4 }: { readonly rows?: number }) {
  const { loading } = useWords(words)
  return <div role="status" aria-label={loading} aria-busy="true"><Skeleton active title={false} paragraph={{ rows }} /></div>
}

/** Says that there is nothing, why that may be, and what to do about it. */
export function EmptyState({ title, children, action }: { readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode }) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={<><strong>{title}</strong>{children !== undefined && <div>{children}</div>}</>}>
      {action}
    </Empty>
  )
}

/** Says what went wrong, by which number the log has it, and lets it be tried again. */
export function FailedState({ detail, requestId, onRetry }: { readonly detail: string; readonly requestId?: string | undefined; readonly onRetry: () => void }) {
  const { again, failed, request } = useWords(words)
  return (
    <div role="alert">
      <Result
        status="warning"
        title={failed}
        subTitle={<>{detail}{requestId !== undefined && <div>{request} <code className="mono">{requestId}</code></div>}</>}
        extra={<Button type="primary" onClick={onRetry}>{again}</Button>}
      />
    </div>
  )
}
