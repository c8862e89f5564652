export const meEn = {
  profile: {
    title: 'Profile', basic: 'Basic information', contact: 'How you are reached', introductions: 'Introductions', introductionsHint: 'What the members of each organisation read about you.',
    name: 'Name', missingName: 'Enter your name.', nameVerified: 'The name stands in a verified document and cannot be changed.', gender: 'Gender', genders: { none: 'Not said', female: 'Female', male: 'Male', other: 'Other' },
    phone: 'Phone', email: 'E-mail', loginName: 'Login name', none: 'None', changePhone: 'Change phone', changeEmail: 'Change e-mail', addEmail: 'Add e-mail', proveEmail: 'Confirm e-mail', emailUnproven: 'Somebody else has entered this address. Until you confirm it by a code, it cannot reset your password.', newPhone: 'New phone number', newEmail: 'New e-mail address', missingPhone: 'Enter a phone number.', missingEmail: 'Enter an e-mail address.',
    codeSent: 'A code was sent there, if it can be reached and belongs to nobody else.', confirm: 'Confirm', passwordWhy: 'This could take your account over, so your password is asked for.', emailAdvised: 'With an e-mail address you can also reset your password when your phone is lost.',
    avatarOf: (name: string) => `Picture of ${name}`, chooseAvatar: 'Choose a picture', removeAvatar: 'Remove it', avatarHint: (megabytes: number) => `PNG, JPEG or WebP, up to ${String(megabytes)} MB`,
  },
  security: {
    title: 'Sign-in and security', password: 'Password', changePassword: 'Change the password', passwordHint: 'A new password signs you out everywhere else.', passwordAdvised: 'You still use the password the account came with.', passwordChanged: 'The password is changed; all other sessions have ended.', currentPassword: 'Current password', missingCurrent: 'Enter your current password.',
    totp: 'Authenticator', totpHint: 'A second step after the password: six digits of an app on your phone. Management needs a second step.', totpScan: 'Scan this with the authenticator app, then enter the six digits it shows.', totpCode: 'QR code for the authenticator', totpSecret: 'Or type this into it:', on: 'On', off: 'Off', setUp: 'Set up', confirm: 'Confirm', goOn: 'Continue',
    removeTotp: 'Remove the authenticator', removeTotpHint: 'From then on the password alone signs you in.', remove: 'Remove', removed: 'Removed',
    recoveryCodes: 'Recovery codes', recoveryHint: 'They are shown this one time. Write them down or print them: each takes the place of a code once.', recoveryCopy: 'Copy all', recoveryKept: 'I have kept them',
    passkeys: 'Passkeys', passkeysHint: 'Sign in by fingerprint, face or security key, without a password.', passkeysNotHere: 'Passkeys need HTTPS and a host name; this address has not both.', addPasskey: 'Add a passkey', passkeyName: 'Name of this device', missingPasskeyName: 'Give the device a name.', synchronised: 'On all your devices', added: (moment: string) => `Added ${moment}`, lastUsed: (moment: string) => `last used ${moment}`, removePasskey: (name: string) => `Remove the passkey ${name}`,
    identities: 'Accounts of your organisations', identitiesHint: 'Sign in with an account you have at an organisation already.', bound: 'Linked', unbound: 'Not linked', switchedOff: 'Switched off', link: 'Link', unlink: 'Unlink', linkTitle: (name: string) => `Link with ${name}`, unlinkTitle: (name: string) => `Unlink from ${name}`,
    sessions: 'Where you are signed in', endOthers: 'Sign out everywhere else', endOthersHint: 'All browsers but this one must sign in again.', ended: 'Signed out there', end: 'Sign out', thisBrowser: 'This browser', remembered: 'Stays signed in', since: (moment: string, address: string) => `since ${moment} from ${address}`, lastActive: (ago: string) => `active ${ago}`,
  },
  settings: {
    title: 'Settings', account: 'On all devices', work: 'Work', browser: 'In this browser', notChosen: 'Not chosen',
    autoSignOut: 'Sign out by itself', autoSignOutForced: 'An organisation of yours asks for it.', autoSignOutHint: 'After 30 minutes in which nothing is done. You are warned a minute before.', messageLanguage: 'Language of messages', messageLanguageHint: 'E-mails, short messages and push messages come in it. It follows the language you choose at the top of a page.', timeZone: 'Time zone', timeZoneHint: 'For times in messages. Pages show the time of this computer.',
    landing: 'After signing in', landingHint: 'Where you begin. An organisation you have left gives way to the workbench.', landingNone: 'The workbench, or the only organisation', viewerLayout: 'Viewer', viewerLayoutHint: 'How images are laid out.', viewerLayouts: { standard: 'Standard', classic: 'Classic' }, dualScreen: 'Two screens', dualScreenHint: 'Images open in a window of their own while you diagnose.',
    binding: 'Be reached when it matters', bindingHint: 'Show that your phone number is yours, or switch on messages in this browser.', bindingPhone: 'To the phone number', bindingPush: 'To the messages', bindingLater: 'Ask in 15 days',
    languageHint: 'Of the pages.', coloursHint: 'Dark for the reading room, light for the office.',
  },
  signature: {
    title: 'Signature', intro: 'It stands under your reports after diagnosis and review.', current: 'Your signature', none: 'You have none yet.', another: 'Make a new one', draw: 'Draw here', phone: 'On a phone', upload: 'Upload',
    uploadHint: (megabytes: number) => `A picture of a signature on white paper, PNG, JPEG or WebP, up to ${String(megabytes)} MB. The paper is made transparent.`, chooseFile: 'Choose a picture', saved: 'The signature is saved', since: (source: string, moment: string) => `${source}, ${moment}`, sources: { uploaded: 'Uploaded', drawn: 'Drawn', phone: 'Drawn on a phone' },
    remove: 'Remove', removed: 'Removed', removeTitle: 'Remove the signature?', removeHint: 'Reports that are signed keep the one they have.', pad: 'Field to draw the signature on', use: 'Use this', clear: 'Start over',
    phoneHint: 'A code opens a page on your phone; what you sign there arrives here.', showCode: 'Show the code', phoneScan: 'Scan this with your phone. It works once, for five minutes.', phoneCode: 'QR code for the phone', phoneExpired: 'The time is over.', phoneDone: 'The signature has arrived.', signAgain: 'Sign again',
    phoneTitle: 'Sign here', phoneIntro: 'Sign with a finger. Turn the phone for more room.', phoneSent: 'Sent', phoneSentHint: 'The signature is on the other screen. You can close this page.', phoneNoToken: 'Open this page by scanning the code in the personal centre.',
  },
  credentials: {
    title: 'Documents', intro: 'An administrator of your organisation verifies them; diagnosis may depend on it. They are kept encrypted.', none: 'No documents yet', noneHint: 'Add identity card and certificates, with a picture of each.', add: 'Add a document', edit: 'Edit', kind: 'Kind', kindTitle: 'What it is', missingTitle: 'Say what it is.', number: 'Number', validUntil: 'Good until', validUntilHint: 'Empty: without end.',
    kinds: { idCard: 'Identity card', practisingCertificate: 'Practising certificate', qualificationCertificate: 'Qualification certificate', other: 'Other' }, states: { none: 'Draft', submitted: 'Waits to be verified', verified: 'Verified', rejected: 'Refused', expired: 'Expired' },
    decided: 'Decided', files: 'Files', noFiles: 'None yet', file: (number: number) => `File ${String(number)}`, addFile: 'Add a file', removeFile: 'Remove', submit: 'Submit', submitted: 'Submitted', recall: 'Take back', discard: 'Discard', discarded: 'Discarded', discardTitle: 'Discard this document?', discardHint: 'Its files are deleted.',
  },
  favourites: {
    title: 'Favourites', organisation: 'Organisation', search: 'Search favourites', searchHint: 'Name, patient ID, accession number', none: 'No favourites yet', noneFound: 'Nothing found', noneHint: 'Studies are marked in the study list.', nowhere: 'None of your roles lets you see studies', unnamed: 'Without a name', gone: 'No longer there', since: (moment: string) => `marked ${moment}`, remove: 'Remove', removed: 'Removed',
  },
  permissions: { title: 'Permissions', intro: 'What your roles let you do. Administrators of each organisation change it.', none: 'You belong to no organisation yet', count: (count: number) => `(${String(count)})`, switchedOff: 'Module is switched off' },
}
export type MeWords = typeof meEn
