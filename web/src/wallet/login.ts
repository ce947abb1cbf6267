// The text that logs an account in: CAIP-122 in the form of EIP-4361 (people.md 12). It is read as
// strictly as a body, so the worker never signs a login to another site or one that lives long.

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { isAddress } from "./address";

export const LOGIN_MS_MAX = 600_000;
const NONCE_MS = 300_000;
const LOGIN_TAG = utf8ToBytes("ctn/login/1\n");
const CHAIN = /^[a-z][a-z0-9-]{2,39}$/;
const NONCE = /^[0-9a-f]{32}$/;
const LINE = /^[\x20-\x7e]{1,200}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const ASKS = " wants you to sign in with your CTN account:";
const NAMES = ["URI", "Version", "Chain ID", "Nonce", "Issued At", "Expiration Time"] as const;
const LINES = 5 + NAMES.length;

/** What a platform asks to have in a login: its nonce, once, and who it is. */
export interface Challenge {
  readonly nonce: string;
  readonly domain: string;
  readonly uri: string;
  readonly chain: string;
  /** When the nonce ends, in ms by the platform's clock. */
  readonly expires: number;
}

/** A login that was read; times in ms. */
export interface Login {
  readonly domain: string;
  readonly account: string;
  readonly statement: string;
  readonly uri: string;
  readonly chain: string;
  readonly nonce: string;
  readonly issued: number;
  readonly expires: number;
}

/** A text that is no login of ours, or not one for this page: the field and the rule. */
export class LoginRefused extends Error {}

/** The login of an account; its times are the platform's, since a browser's clock may be wrong. */
export function loginText(challenge: Challenge, account: string, statement: string): string {
  const { domain, uri, chain, nonce, expires } = challenge;
  return [
    domain + ASKS,
    account,
    "",
    statement,
    "",
    `URI: ${uri}`,
    "Version: 1",
    `Chain ID: ${chain}`,
    `Nonce: ${nonce}`,
    `Issued At: ${momentText(expires - NONCE_MS)}`,
    `Expiration Time: ${momentText(expires)}`,
  ].join("\n");
}

/** Reads a login; refuses whatever does not stand in its place, and nothing but that. */
export function readLogin(text: string): Login {
  const lines = text.split("\n");
  if (lines.length !== LINES) throw new LoginRefused(`login: ${LINES} lines`);
  const [first = "", account = "", blank, statement = "", empty, ...named] = lines;
  if (!first.endsWith(ASKS)) throw new LoginRefused("login: wants you to sign in");
  if (!isAddress(account)) throw new LoginRefused("login.account: an address");
  if (blank !== "" || empty !== "") throw new LoginRefused("login: a blank line");
  const fields = NAMES.map((name, place) => valueOf(named[place] ?? "", name));
  const [uri = "", version, chain = "", nonce = "", issued = "", expires = ""] = fields;
  if (version !== "1") throw new LoginRefused("login.version: 1");
  if (!CHAIN.test(chain)) throw new LoginRefused("login.chain: a name");
  if (!NONCE.test(nonce)) throw new LoginRefused("login.nonce: 32 hex");
  if (!LINE.test(statement)) throw new LoginRefused("login.statement: a line of ASCII");
  return {
    domain: first.slice(0, -ASKS.length),
    account,
    statement,
    uri,
    chain,
    nonce,
    issued: momentOf(issued, "login.issued"),
    expires: momentOf(expires, "login.expires"),
  };
}

/** Reads a login that this page's origin may have for an account; refuses every other. */
export function readOwnLogin(text: string, origin: string, account: string): Login {
  const login = readLogin(text);
  if (login.domain !== new URL(origin).host) throw new LoginRefused("login.domain: this page's");
  if (login.uri !== origin) throw new LoginRefused("login.uri: this page's");
  if (login.account !== account) throw new LoginRefused("login.account: the one that acts");
  const life = login.expires - login.issued;
  if (life <= 0 || life > LOGIN_MS_MAX) throw new LoginRefused("login.expires: within 10 minutes");
  return login;
}

/** The bytes that are signed; they begin as no other signed text does. */
export function loginBytes(text: string): Uint8Array {
  return concatBytes(LOGIN_TAG, utf8ToBytes(text));
}

function valueOf(line: string, name: string): string {
  if (!line.startsWith(`${name}: `)) throw new LoginRefused(`login: ${name}`);
  return line.slice(name.length + 2);
}

function momentOf(text: string, field: string): number {
  const found = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  // A day that does not exist may be read as the next one, so the text must come back.
  if (Number.isNaN(found) || momentText(found) !== text) throw new LoginRefused(`${field}: a time`);
  return found;
}

function momentText(ms: number): string {
  return `${new Date(Math.floor(ms / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
}
