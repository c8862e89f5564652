import { useLanguage } from './language.tsx'

/** Names of the roles every organisation begins with, as the server writes them. */
const chinese: Readonly<Record<string, string | undefined>> = {
  'Full access': '全功能', 'Administrator': '管理员', 'Doctor': '医生', 'Finance': '财务', 'IT': '信息科', 'Diagnosing doctor': '诊断医生', 'Reviewer': '审核医生', 'Operator': '平台运营',
}

/** What a role is called in the language at hand; one that was named by somebody keeps that name. */
export function useRoleName(): (name: string) => string {
  const { language } = useLanguage()
  return (name) => (language === 'zh-CN' ? chinese[name] ?? name : name)
}
