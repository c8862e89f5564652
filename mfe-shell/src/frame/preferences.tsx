import { BgColorsOutlined, GlobalOutlined } from '@ant-design/icons'
import { colourModes, languageNames, languages, useColourMode, useLanguage } from '@isocenter/design-system'
import { Button, Dropdown } from 'antd'
import { useShellWords } from '../words/index.ts'

/** Each language is offered by its own name, so that it is found by who cannot read the present one. */
export function LanguageChoice() {
  const { language, setLanguage } = useLanguage()
  const words = useShellWords()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: languages.map((key) => ({ key, label: <span lang={key}>{languageNames[key]}</span> })),
        selectable: true,
        selectedKeys: [language],
        onClick: ({ key }) => { setLanguage(languages.find((one) => one === key) ?? language) },
      }}
    >
      <Button type="text" icon={<GlobalOutlined aria-hidden />} aria-label={`${words.language}: ${languageNames[language]}`} aria-haspopup="menu"><span className="only-wide">{languageNames[language]}</span></Button>
    </Dropdown>
  )
}

export function ColourChoice() {
  const { mode, setMode } = useColourMode()
  const { colours, colourModes: names } = useShellWords()
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
