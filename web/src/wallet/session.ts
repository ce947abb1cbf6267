// The login of one account in this tab: made when something first needs it, ended when the wallet
// is locked or acts for another account. Its token is kept in memory and nowhere else.

import { askAs, DoorRefused, type Pass } from "./door";
import { WalletFault } from "./fault";
import type { Fields, Json } from "./json";
import { loginText } from "./login";
import type { Calls } from "./protocol";

// A token lives ten minutes by the platform's clock; this tab renews it a minute earlier.
const FRESH_MS = 540_000;
const STATEMENT = "Read and sign what waits for this account.";
const LOCK = "ctn-session";

/** Has the text of a login signed by the worker. */
export type SignLogin = (text: string) => Promise<Calls["login"]["gives"]>;

interface Token {
  readonly text: string;
  readonly renewed: number;
}

/** The session of one account. */
export class Session {
  private token: Token | null = null;
  private coming: Promise<string> | null = null;
  private isEnded = false;

  constructor(
    private readonly account: string,
    private readonly sign: SignLogin,
  ) {}

  /** Asks for what only the signers of the account may see. */
  async ask(method: string, path: string, body?: Json): Promise<Fields> {
    try {
      return await askAs(method, path, body, { token: await this.fresh() });
    } catch (error) {
      if (!isLoggedOut(error)) throw error;
      // The platform forgot the session, or its clock runs otherwise: once more with a new one.
      this.token = null;
      return askAs(method, path, body, { token: await this.fresh() });
    }
  }

  /** Begins; nothing is asked of the platform before it is needed. */
  begin(): void {
    this.isEnded = false;
  }

  /** Ends the session here and at the platform; what comes later is refused. */
  async end(): Promise<void> {
    this.isEnded = true;
    const token = this.token?.text ?? (await this.coming?.catch(() => null)) ?? null;
    this.token = null;
    if (token === null) return;
    // One that the platform cannot be told of ends by itself.
    await askAs("POST", "/session/end", {}, { token, hasCookie: true }).catch(() => null);
  }

  private fresh(): Promise<string> {
    if (this.isEnded) return Promise.reject(new WalletFault("locked"));
    const known = this.token;
    if (known !== null && Date.now() - known.renewed < FRESH_MS) return Promise.resolve(known.text);
    // Several questions at once share one login, and tabs share one cookie.
    this.coming ??= alone(() => this.renewed(known !== null)).finally(() => {
      this.coming = null;
    });
    return this.coming;
  }

  private async renewed(isKnown: boolean): Promise<string> {
    const found = (isKnown ? await this.refreshed() : null) ?? (await this.loggedIn());
    const text = String(found["token"]);
    this.token = this.isEnded ? null : { text, renewed: Date.now() };
    return text;
  }

  /** A new token by the cookie; null when that is gone, or is another account's by now. */
  private async refreshed(): Promise<Fields | null> {
    try {
      const found = await this.post("/session/refresh", {}, { hasCookie: true });
      return found["account"] === this.account ? found : null;
    } catch (error) {
      if (isLoggedOut(error)) return null;
      throw error;
    }
  }

  private async loggedIn(): Promise<Fields> {
    const asked = await this.post("/session/challenge", {}, {});
    const challenge = {
      nonce: String(asked["nonce"]),
      domain: String(asked["domain"]),
      uri: String(asked["uri"]),
      chain: String(asked["chain_id"]),
      expires: Number(asked["expires"]),
    };
    const message = loginText(challenge, this.account, STATEMENT);
    const { scheme, key, signature } = await this.sign(message);
    const signed = { message, scheme: BigInt(scheme), key, signature };
    return this.post("/session", signed, { hasCookie: true });
  }

  private post(path: string, body: Json, by: Pass): Promise<Fields> {
    return askAs("POST", path, body, by);
  }
}

function isLoggedOut(error: unknown): boolean {
  return error instanceof DoorRefused && error.refusal.code === "login_required";
}

/** Runs work while no other tab does: a cookie that is used twice ends its session. */
async function alone<Value>(work: () => Promise<Value>): Promise<Value> {
  const locks = globalThis.navigator?.locks;
  return locks === undefined ? work() : locks.request(LOCK, work);
}
