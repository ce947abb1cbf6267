// What goes wrong in the wallet: one code a cause, each with a sentence `wallet:fault.<code>`.

export const FAULT_CODES = [
  "unreadable", "kdf_too_weak", "kdf_too_heavy", "weak_password", "words_invalid", "locked",
  "no_wallet", "body_refused", "wrong_sender", "password_needed", "storage", "not_a_keystore",
  "no_draft", "busy_elsewhere", "seat_refused", "cannot_export", "address_invalid", "wallet_exists",
  "login_refused", "own_account", "not_opened", "not_signer",
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** The wallet cannot do what was asked; `detail` names the place for developers. */
export class WalletFault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly detail = "",
  ) {
    super(detail ? `${code}: ${detail}` : code);
  }
}
