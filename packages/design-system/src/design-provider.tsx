import { App, ConfigProvider } from 'antd'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import { useEffect, type ReactNode } from 'react'
import { LanguageProvider, useLanguage } from './language.tsx'
import { usePreference } from './preference.ts'
import { colourModes, themeOf, type ColourMode } from './theme.ts'
import { useMedia } from './use-media.ts'

const locales = { 'zh-CN': zhCN, en: enUS }

/** Language, colours and Ant Design's settings for everything inside: what every screen of the product stands in. */
export function DesignProvider({ nonce, children }: { readonly nonce?: string | undefined; readonly children: ReactNode }) {
  return <LanguageProvider><Themed nonce={nonce}>{children}</Themed></LanguageProvider>
}

function Themed({ nonce, children }: { readonly nonce?: string | undefined; readonly children: ReactNode }) {
  const { language } = useLanguage()
  const { isDark } = useColourMode()
  const isStill = useMedia('(prefers-reduced-motion: reduce)')
  useEffect(() => {
    // The browser draws its own parts (scroll bars, date pickers) to match.
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light'
    document.documentElement.dataset['colours'] = isDark ? 'dark' : 'light'
  }, [isDark])
  return (
    <ConfigProvider locale={locales[language]} theme={themeOf({ isDark, isStill })} csp={nonce === undefined ? {} : { nonce }} wave={{ disabled: true }}>
      <App>{children}</App>
    </ConfigProvider>
  )
}

/** Light or dark: as chosen in this browser, else as the system is. */
export function useColourMode(): { readonly mode: ColourMode; readonly setMode: (mode: ColourMode) => void; readonly isDark: boolean } {
  const [chosen, setMode] = usePreference('colourMode')
  const system = useMedia('(prefers-color-scheme: dark)')
  const mode = colourModes.find((one) => one === chosen) ?? 'system'
  return { mode, setMode, isDark: mode === 'system' ? system : mode === 'dark' }
}
