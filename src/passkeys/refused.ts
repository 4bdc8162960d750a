/** Why a passkey, or a file of them, does not count: words for the person concerned. */
export class PasskeyRefused extends Error {}
