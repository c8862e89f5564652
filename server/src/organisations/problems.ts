import { defineProblem } from '../platform/problem.ts'

export const noSuchOrganisation = defineProblem({ type: '/problems/no-such-organisation', status: 404, title: 'There is no such organisation' })
export const wrongOrganisationKind = defineProblem({ type: '/problems/wrong-organisation-kind', status: 409, title: 'The organisation is of another kind' })
export const invalidSettings = defineProblem({ type: '/problems/invalid-settings', status: 422, title: 'The settings do not fit together' })
export const invalidPicture = defineProblem({ type: '/problems/invalid-picture', status: 422, title: 'The picture cannot be used' })
export const noSuchPicture = defineProblem({ type: '/problems/no-such-picture', status: 404, title: 'There is no such picture' })
export const changedMeanwhile = defineProblem({ type: '/problems/changed-meanwhile', status: 412, title: 'It has changed meanwhile' })
export const nameTaken = defineProblem({ type: '/problems/name-taken', status: 409, title: 'The name or code is taken' })
export const tooMany = defineProblem({ type: '/problems/too-many-of-a-kind', status: 409, title: 'There are too many of these already' })

export const noSuchDepartment = defineProblem({ type: '/problems/no-such-department', status: 404, title: 'There is no such department' })
export const departmentInUse = defineProblem({ type: '/problems/department-in-use', status: 409, title: 'Somebody or something is in the department' })
export const invalidDepartment = defineProblem({ type: '/problems/invalid-department', status: 422, title: 'The department cannot be as asked' })

export const noSuchRole = defineProblem({ type: '/problems/no-such-role', status: 404, title: 'There is no such role' })
export const fullRoleProtected = defineProblem({ type: '/problems/full-role-protected', status: 409, title: 'The full role stays as it is' })
export const roleInUse = defineProblem({ type: '/problems/role-in-use', status: 409, title: 'The role is held by somebody' })
export const invalidRole = defineProblem({ type: '/problems/invalid-role', status: 422, title: 'The role cannot be as asked' })
export const selfElevation = defineProblem({ type: '/problems/self-elevation', status: 403, title: 'Nobody changes what he may do himself' })
export const roleBeyondOwn = defineProblem({ type: '/problems/role-beyond-own', status: 403, title: 'The role administers more than the own one' })
export const fullRoleNeeded = defineProblem({ type: '/problems/full-role-needed', status: 403, title: 'Only who has the full role may do this' })

export const noSuchMember = defineProblem({ type: '/problems/no-such-member', status: 404, title: 'There is no such member' })
export const memberStateRefused = defineProblem({ type: '/problems/member-state-refused', status: 409, title: 'The member is not in a state for this' })
export const lastAdministrator = defineProblem({ type: '/problems/last-administrator', status: 409, title: 'Somebody has to keep the full role' })
export const alreadyMember = defineProblem({ type: '/problems/already-member', status: 409, title: 'This person is a member already' })
export const invalidPhone = defineProblem({ type: '/problems/invalid-phone', status: 422, title: 'This is no phone number' })
export const noSuchInvitation = defineProblem({ type: '/problems/no-such-invitation', status: 404, title: 'There is no such invitation' })
export const invitationStateRefused = defineProblem({ type: '/problems/invitation-state-refused', status: 409, title: 'The invitation is not in a state for this' })

export const noSuchDevice = defineProblem({ type: '/problems/no-such-device', status: 404, title: 'There is no such device' })

export const noSuchTeam = defineProblem({ type: '/problems/no-such-team', status: 404, title: 'No team has this number' })
export const noSuchPairing = defineProblem({ type: '/problems/no-such-pairing', status: 404, title: 'There is no such pairing' })
export const pairingExists = defineProblem({ type: '/problems/pairing-exists', status: 409, title: 'There is a pairing with this team already' })
export const pairingStateRefused = defineProblem({ type: '/problems/pairing-state-refused', status: 409, title: 'The pairing is not in a state for this' })
export const signatureMissing = defineProblem({ type: '/problems/signature-missing', status: 409, title: 'There is no signature to be fixed' })
export const invalidFee = defineProblem({ type: '/problems/invalid-fee', status: 422, title: 'The fee cannot be as asked' })
