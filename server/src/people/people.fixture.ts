/** People with a personal centre, for tests. */
import sharp from 'sharp'
import { createPasswordHashing } from '../accounts/password-hash.ts'
import { anOrganisationsService, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'

export const password = 'Right&Proper9'

const hashing = createPasswordHashing({ memoryKiB: 64, passes: 1, lanes: 1 })

export interface PeopleService extends OrganisationsService {
  /** Gives somebody the password above. */
  readonly withPassword: (person: Pick<TestMember, 'accountId'>) => Promise<void>
  /** Codes that wait to be sent, by where they go. */
  readonly codeFor: (address: string) => Promise<string | undefined>
}

export async function aPeopleService(now?: () => Date): Promise<PeopleService> {
  const service = await anOrganisationsService(now)
  return {
    ...service,
    withPassword: async ({ accountId }) => {
      await service.db('account_password').insert({ account_id: accountId, hash: await hashing.hash(password), set_at: new Date() })
    },
    codeFor: async (address) => (await service.outbox.waiting()).filter(({ kind, to }) => kind === 'contact-proof-code' && to?.address === address)
      .map(({ text }) => /\d{6}/.exec(text.body)?.[0]).at(-1),
  }
}

/** Strokes on white paper. */
export const aDrawing = (): Promise<Buffer> => sharp({ create: { width: 400, height: 200, channels: 3, background: '#fff' } })
  .composite([{ input: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><path d="M40 150 L 200 30 L 360 160" fill="none" stroke="#111" stroke-width="8"/></svg>') }]).png().toBuffer()

export const aPhoto = (): Promise<Buffer> => sharp({ create: { width: 500, height: 400, channels: 3, background: '#884422' } }).jpeg().toBuffer()

export const picture = (type: string) => ({ 'content-type': type })
