/** Types of the items and sub-items of A-ASSOCIATE-RQ and -AC (PS3.8 §9.3.2, §9.3.3, Annex D; PS3.7 §D.3.3). */
export const itemTypes = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  contextResult: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maxLength: 0x51,
  implementationClassUID: 0x52,
  asyncOperations: 0x53,
  role: 0x54,
  implementationVersionName: 0x55,
  extended: 0x56,
  commonExtended: 0x57,
  userIdentity: 0x58,
  userIdentityResponse: 0x59,
} as const
