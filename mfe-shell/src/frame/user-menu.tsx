import { AppstoreOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons'
import { accounts, ownAvatarUrl, session as store } from '@isocenter/api-client'
import type { Session } from '@isocenter/contracts'
import { mayLeave, navigate, useAction, useConfirm } from '@isocenter/design-system'
import { Avatar, Button, Dropdown } from 'antd'
import { useOwnAvatar } from '../session/own-avatar.ts'
import { useShellWords } from '../words/index.ts'

/** The user-name menu: workbench, personal centre, sign out, in this order (WB-06). */
export function UserMenu({ session: { account } }: { readonly session: Session }) {
  const { frame } = useShellWords()
  const avatar = useOwnAvatar(account.accountId)
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const signOut = async () => { if (await mayLeave()) await run(() => store.signOut()) }
  const signOutEverywhere = async () => {
    if (!await confirm({ title: frame.signOutEverywhere, hint: frame.signOutEverywhereHint, action: frame.signOutEverywhere })) return
    await run(async () => {
      await accounts(store.api).endOtherSessions()
      await store.signOut()
    })
  }
  const acts: Readonly<Record<string, () => unknown>> = {
    workbench: () => { navigate('/workbench') },
    me: () => { navigate('/me/profile') },
    signOut,
    signOutEverywhere,
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'workbench', label: frame.workbench, icon: <AppstoreOutlined aria-hidden /> },
          { key: 'me', label: frame.personalCentre, icon: <UserOutlined aria-hidden /> },
          { type: 'divider' },
          { key: 'signOut', label: frame.signOut, icon: <LogoutOutlined aria-hidden /> },
          { key: 'signOutEverywhere', label: frame.signOutEverywhere, icon: <LogoutOutlined aria-hidden /> },
        ],
        onClick: ({ key }) => void acts[key]?.(),
      }}
    >
      <Button type="text" loading={isBusy} aria-haspopup="menu" aria-label={frame.userMenu(account.name)}>
        <Avatar size={26} icon={<UserOutlined aria-hidden />} {...(avatar !== undefined && { src: ownAvatarUrl(avatar) })} alt="" /><span className="only-wide">{account.name}</span>
      </Button>
    </Dropdown>
  )
}
