import { theme, type ThemeConfig } from 'antd'

export const colourModes = ['system', 'light', 'dark'] as const
export type ColourMode = (typeof colourModes)[number]

/** What the system brings is used: the screens must work where there is no internet, and Chinese fonts are large. */
const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
const fontFamilyCode = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"

const shared = {
  token: { fontFamily, fontFamilyCode, borderRadius: 8, wireframe: false, motionDurationSlow: '0.2s' },
} satisfies ThemeConfig

/** Every text is at least 4.5 : 1 against what is behind it (WCAG 2.2 1.4.3); Ant Design's own greys, green and orange are not. */
const light: ThemeConfig = {
  token: {
    ...shared.token,
    colorPrimary: '#0b6b86', colorInfo: '#0b6b86', colorLink: '#0b6b86', colorSuccess: '#1a7f37', colorWarning: '#9a5b00', colorError: '#c0262d',
    // The palettes that Ant Design derives from dark colours are muddy.
    colorPrimaryBg: '#e2f1f5', colorPrimaryBgHover: '#cfe7ee', colorInfoBg: '#e6f3f7', colorInfoBorder: '#a8d3df', colorSuccessBg: '#e8f6ec', colorSuccessBorder: '#a5d9b3',
    colorWarningBg: '#fff5e0', colorWarningBorder: '#f0d08a', colorErrorBg: '#fdeeee', colorErrorBorder: '#f3bcbe',
    colorBgLayout: '#f3f6f8', colorTextSecondary: 'rgba(0,0,0,0.68)', colorTextTertiary: 'rgba(0,0,0,0.62)', colorTextDescription: 'rgba(0,0,0,0.65)',
    colorTextPlaceholder: 'rgba(0,0,0,0.58)',
  },
}

const dark: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  token: {
    ...shared.token,
    colorPrimary: '#0b7c9c', colorInfo: '#4db6d1', colorLink: '#5cc4de', colorSuccess: '#3fb950', colorWarning: '#d99b2b', colorError: '#ff9a9e',
    colorBgBase: '#0e1418',
    colorBgLayout: '#0a0f12',
    colorBgContainer: '#141c22',
    colorBgElevated: '#1b252c',
    colorBorderSecondary: '#26323a',
    colorTextSecondary: 'rgba(255,255,255,0.76)',
    colorTextTertiary: 'rgba(255,255,255,0.68)',
    colorTextDescription: 'rgba(255,255,255,0.72)', colorTextPlaceholder: 'rgba(255,255,255,0.62)',
  },
  // A red that is read on dark is too bright to carry white words.
  // Words in the colour of fields are too dark to be read on dark.
  components: {
    Button: { dangerColor: '#2a0507', defaultHoverColor: '#5cc4de', defaultActiveColor: '#8ad6ea' }, Badge: { colorTextLightSolid: '#2a0507' }, Pagination: { itemActiveColor: '#5cc4de', itemActiveColorHover: '#5cc4de' },
    Radio: { buttonCheckedBg: '#0b7c9c' }, Steps: { colorPrimary: '#0b7c9c' }, Tabs: { itemSelectedColor: '#5cc4de', itemHoverColor: '#8ad6ea', itemActiveColor: '#5cc4de', inkBarColor: '#5cc4de' },
  },
}

/**
 * Reading rooms are dark, offices are not: both must be readable all day. `isStill`: nothing moves, for whoever asked the system for that;
 * Ant Design must know, since what it shows it places when it believes to have moved it.
 */
export function themeOf({ isDark, isStill }: { readonly isDark: boolean; readonly isStill: boolean }): ThemeConfig {
  const theme = isDark ? dark : light
  return isStill ? { ...theme, token: { ...theme.token, motion: false } } : theme
}
