import { UserOutlined } from '@ant-design/icons'
import { ownAvatarUrl, personalCentre, session } from '@isocenter/api-client'
import { maxAvatarBytes } from '@isocenter/contracts'
import { useAction } from '@isocenter/design-system'
import { Avatar, Button, Upload } from 'antd'
import { useShellWords } from '../../words/index.ts'

const api = personalCentre(session.api)

export function AvatarField({ mark, name, onChanged }: { readonly mark: string | undefined; readonly name: string; readonly onChanged: () => void }) {
  const { profile: words } = useShellWords()
  const { run, isBusy } = useAction()
  const change = async (act: () => Promise<unknown>) => {
    await run(act)
    onChanged()
  }
  return (
    <div className="avatar-field">
      <Avatar size={96} icon={<UserOutlined aria-hidden />} {...(mark !== undefined && { src: ownAvatarUrl(mark) })} alt={words.avatarOf(name)} />
      <Upload
        accept="image/png,image/jpeg,image/webp"
        showUploadList={false}
        beforeUpload={(file) => {
          void change(() => api.putAvatar(file))
          return false
        }}
      >
        <Button loading={isBusy}>{words.chooseAvatar}</Button>
      </Upload>
      {mark !== undefined && <Button type="text" danger disabled={isBusy} onClick={() => void change(() => api.removeAvatar())}>{words.removeAvatar}</Button>}
      <span className="hint small">{words.avatarHint(maxAvatarBytes / 1024 / 1024)}</span>
    </div>
  )
}
