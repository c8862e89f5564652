/** Studies for tests of the screens that show them. */
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import type { Page } from 'playwright-core'
import type { ScreensUnderTest, TestOrganisation } from './browser.fixture.ts'

const pictures = process.env['SCREENSHOTS']

/** Has a program store a study whose objects have these attributes; its StudyInstanceUID. */
export async function aStoredStudy(
  screens: ScreensUnderTest, organisation: TestOrganisation, given: Parameters<typeof attributes>[0], series: NonNullable<Parameters<typeof aStudy>[0]>['series'] = [{ kind: 'CT', instances: 3 }],
): Promise<string> {
  const study = aStudy({ series })
  await screens.service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes(given) })), { headers: await screens.as(organisation) })
  return study.StudyInstanceUID
}

/** Where the studies of an organisation are listed. */
export const listAt = ({ organisationId }: TestOrganisation, rest = ''): string => `/o/${organisationId}/studies${rest}`

/** For people to look at, where `SCREENSHOTS` names a folder. */
export const shoot = async (page: Page, name: string): Promise<void> => { if (pictures !== undefined) await page.screenshot({ path: `${pictures}/studies-${name}.png` }) }
