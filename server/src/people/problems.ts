import { defineProblem } from '../platform/problem.ts'

export const nameVerified = defineProblem({ type: '/problems/name-verified', status: 409, title: 'The name stands in a verified document' })
export const phoneTaken = defineProblem({ type: '/problems/phone-taken', status: 409, title: 'Another account has this phone number' })
export const proofRefused = defineProblem({ type: '/problems/proof-refused', status: 403, title: 'The code is wrong or no longer good' })
export const noSuchMembership = defineProblem({ type: '/problems/no-such-membership', status: 404, title: 'There is no such membership of the account' })
export const noSuchAvatar = defineProblem({ type: '/problems/no-such-avatar', status: 404, title: 'There is no such avatar' })
export const noSuchContact = defineProblem({ type: '/problems/no-such-contact', status: 404, title: 'There is no such person in the address book' })
export const tooManyLayouts = defineProblem({ type: '/problems/too-many-layouts', status: 409, title: 'There are layouts of too many lists' })

export const noSuchSignature = defineProblem({ type: '/problems/no-such-signature', status: 404, title: 'There is no such signature' })
export const signatureRefused = defineProblem({ type: '/problems/signature-refused', status: 422, title: 'The picture holds no signature that can be used' })
export const noSuchSigning = defineProblem({ type: '/problems/no-such-signing', status: 404, title: 'No phone is asked to sign' })
export const signingOver = defineProblem({ type: '/problems/signing-over', status: 403, title: 'The code to sign by is used or no longer good' })

export const noSuchCredential = defineProblem({ type: '/problems/no-such-credential', status: 404, title: 'There is no such document' })
export const noSuchCredentialFile = defineProblem({ type: '/problems/no-such-credential-file', status: 404, title: 'There is no such file of the document' })
export const credentialStateRefused = defineProblem({ type: '/problems/credential-state-refused', status: 409, title: 'The document is not in a state for this' })
export const invalidCredential = defineProblem({ type: '/problems/invalid-credential', status: 422, title: 'The document lacks something or cannot be as asked' })
export const credentialFileRefused = defineProblem({ type: '/problems/credential-file-refused', status: 422, title: 'The file is none that is taken' })
export const ownCredential = defineProblem({ type: '/problems/own-credential', status: 403, title: 'Nobody verifies his own documents' })

export const noSuchFavourite = defineProblem({ type: '/problems/no-such-favourite', status: 404, title: 'There is nothing of this id to be a favourite' })
