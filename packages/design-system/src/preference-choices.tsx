import { BgColorsOutlined, GlobalOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useColourMode } from './design-provider.tsx'
import { languages, type Language } from './chosen-language.ts'
import { languageNames, useLanguage, useWords, type Translations } from './language.tsx'
import { colourModes } from './theme.ts'

const en = { language: 'Language', colours: 'Colours', colourModes: { system: 'As the system', light: 'Light', dark: 'Dark' } }
const words: Translations<typeof en> = { en, 'zh-CN': { language: '语言', colours: '外观', colourModes: { system: '跟随系统', light: '浅色', dark: '深色' } } }

/** What the choices are called, for who offers them in another way. */
export const usePreferenceWords = (): typeof en => useWords(words)

/** Each language is offered by its own name, so that it is found by who cannot read the present one. `onChosen`: told beside, of what is to be kept elsewhere than in this browser. */
export function LanguageChoice({ onChosen }: { readonly onChosen?: (language: Language) => void }) {
  const { language, setLanguage } = useLanguage()
  const { language: label } = usePreferenceWords()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: languages.map((key) => ({ key, label: <span lang={key}>{languageNames[key]}</span> })),
        selectable: true,
        selectedKeys: [language],
        onClick: ({ key }) => {
          const chosen = languages.find((one) => one === key) ?? language
          setLanguage(chosen)
          onChosen?.(chosen)
        },
      }}
    >
      <Button type="text" icon={<GlobalOutlined aria-hidden />} aria-label={`${label}: ${languageNames[language]}`} aria-haspopup="menu"><span className="only-wide">{languageNames[language]}</span></Button>
    </Dropdown>
  )
}

export function ColourChoice() {
  const { mode, setMode } = useColourMode()
  const { colours, colourModes: names } = usePreferenceWords()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: colourModes.map((key) => ({ key, label: names[key] })),
        selectable: true,
        selectedKeys: [mode],
        onClick: ({ key }) => { setMode(colourModes.find((one) => one === key) ?? mode) },
      }}
    >
      <Button type="text" icon={<BgColorsOutlined aria-hidden />} aria-label={`${colours}: ${names[mode]}`} aria-haspopup="menu" />
    </Dropdown>
  )
}
