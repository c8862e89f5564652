import { Result } from 'antd'
import type { ReactNode } from 'react'
import { useWords, type Translations } from '../language.tsx'

const en = { title: 'You may not see this' }
const words: Translations<typeof en> = { en, 'zh-CN': { title: '您无权查看此内容' } }

/** Says that a permission is missing, and which. */
export function DeniedState({ detail, missing, action }: { readonly detail: string; readonly missing?: string; readonly action?: ReactNode }) {
  const { title } = useWords(words)
  return <div role="alert"><Result status="403" icon={null} title={title} subTitle={<>{detail}{missing !== undefined && missing !== '' && <div className="mono hint">{missing}</div>}</>} extra={action} /></div>
}
