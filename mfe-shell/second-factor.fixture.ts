import type { Page } from 'playwright-core'
import { hotp } from '../server/src/accounts/totp.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What an authenticator shows that was given this secret (base 32). */
function totpAt(secret: string, now: Date): string {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2))
  return hotp(Buffer.from(bytes), Math.floor(now.getTime() / 30_000))
}

/** Sets up an authenticator on the page of one's security; one of the recovery codes it shows. */
export async function setUpSecondFactor(page: Page, password: string): Promise<string> {
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  const secret = await page.locator('.ant-drawer code').textContent() ?? ''
  await page.getByLabel('Code', { exact: true }).fill(totpAt(secret, new Date()))
  await page.keyboard.press('Enter')
  const recoveryCode = await page.locator('.recovery-codes code').first().textContent() ?? ''
  await page.getByRole('button', { name: 'I have kept them' }).click()
  return recoveryCode
}
