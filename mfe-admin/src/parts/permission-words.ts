import { permissionGroupTitles, permissionList, permissionWordsZh, type PermissionGroup, type RolePermission } from '@isocenter/contracts'
import { useLanguage } from '@isocenter/design-system'
import { useMemo } from 'react'

/** What permissions, and their groups, are called. */
export function usePermissionWords(): { readonly allows: (permission: RolePermission) => string; readonly groupTitle: (group: PermissionGroup) => string } {
  const { language } = useLanguage()
  return useMemo(() => ({
    allows: (permission) => (language === 'zh-CN' ? permissionWordsZh[permission] : capitalised(permissionList[permission].allows)),
    groupTitle: (group) => permissionGroupTitles[language][group],
  }), [language])
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
