import { describe, expect, test } from "vitest";
import { BodyRefused, readBody, signBytesOf, writeBody } from "./body";
import {
  type Challenge, loginBytes, LoginRefused, loginText, readLogin, readOwnLogin,
} from "./login";

const ACCOUNT = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp";
const ORIGIN = "https://127.0.0.1:8443";
const STATEMENT = "Read and sign what waits for this account.";
const END = Date.parse("2026-11-25T14:05:00Z");
const CHALLENGE: Challenge = {
  nonce: "0123456789abcdef".repeat(2),
  domain: "127.0.0.1:8443",
  uri: ORIGIN,
  chain: "ctn-demo",
  expires: END + 999,
};
const TEXT = loginText(CHALLENGE, ACCOUNT, STATEMENT);

test("a login is written as EIP-4361 lays it out", () => {
  expect(TEXT.split("\n")).toEqual([
    "127.0.0.1:8443 wants you to sign in with your CTN account:",
    ACCOUNT,
    "",
    STATEMENT,
    "",
    `URI: ${ORIGIN}`,
    "Version: 1",
    "Chain ID: ctn-demo",
    `Nonce: ${CHALLENGE.nonce}`,
    "Issued At: 2026-11-25T14:00:00Z",
    "Expiration Time: 2026-11-25T14:05:00Z",
  ]);
});

test("what was written is read back", () => {
  expect(readOwnLogin(TEXT, ORIGIN, ACCOUNT)).toEqual({
    domain: "127.0.0.1:8443",
    account: ACCOUNT,
    statement: STATEMENT,
    uri: ORIGIN,
    chain: "ctn-demo",
    nonce: CHALLENGE.nonce,
    issued: END - 300_000,
    expires: END,
  });
});

describe("refuses when", () => {
  test.each([
    ["a line is missing", "Version: 1\n", ""],
    ["a line is added", "Version: 1\n", "Version: 1\nRequest ID: 7\n"],
    ["a newline ends it", /$/, "\n"],
    ["a return stands in it", "Version: 1\n", "Version: 1\r\n"],
    ["another kind of account signs in", "CTN account", "Ethereum account"],
    ["the address has a wrong check sign", ACCOUNT, `${ACCOUNT.slice(0, -1)}q`],
    ["the address is in capitals", ACCOUNT, ACCOUNT.toUpperCase()],
    ["the version is another", "Version: 1", "Version: 2"],
    ["fields change places", /(Version: 1)\n(Chain ID: ctn-demo)/, "$2\n$1"],
    ["the chain is no name", "ctn-demo", "CTN demo"],
    ["the nonce is short", "0123456789abcdef", "01234567"],
    ["the nonce is no hex", "0123456789abcdef", "0123456789abcdeg"],
    ["the statement is empty", STATEMENT, ""],
    ["the statement is not ASCII", STATEMENT, "登录"],
    ["a time has no zone", "14:00:00Z", "14:00:00"],
    ["a time does not exist", "11-25T14:00:00Z", "11-31T14:00:00Z"],
    ["a time has a fraction", "14:00:00Z", "14:00:00.5Z"],
  ] as const)("%s", (_why, old, other) => {
    const text = TEXT.replace(old, other);
    expect(text).not.toBe(TEXT);
    expect(() => readLogin(text)).toThrow(LoginRefused);
  });

  test.each([
    ["its domain is another's", "https://127.0.0.1"],
    ["its domain only begins as this page's", "https://127.0.0.1:844"],
    ["it goes to this page in clear", "http://127.0.0.1:8443"],
  ])("%s", (_why, origin) => {
    expect(() => readOwnLogin(TEXT, origin, ACCOUNT)).toThrow(LoginRefused);
  });

  test("its domain is the page's and its URI another's", () => {
    const text = TEXT.replace(`URI: ${ORIGIN}`, "URI: https://127.0.0.1:9443");
    expect(() => readOwnLogin(text, ORIGIN, ACCOUNT)).toThrow("login.uri");
  });

  test("it logs another account in", () => {
    const other = "ctn1tmvv7h3qtvzzz6hxvl8g2vyzps8j3hkr6g0pcg";
    expect(() => readOwnLogin(TEXT, ORIGIN, other)).toThrow("login.account");
  });

  test.each([
    ["14:10:00Z", true],
    ["14:10:01Z", false],
    ["14:00:00Z", false],
    ["13:59:59Z", false],
  ])("its life ends at %s: allowed is %s", (end, isAllowed) => {
    const text = TEXT.replace("Time: 2026-11-25T14:05:00Z", `Time: 2026-11-25T${end}`);
    const read = () => readOwnLogin(text, ORIGIN, ACCOUNT);
    if (isAllowed) expect(read().expires).toBe(END + 300_000);
    else expect(read).toThrow("login.expires");
  });
});

describe("a signature of the one never is one of the other", () => {
  const body = writeBody({
    chain: "ctn-dev:00c0ffee00c0ffee",
    sender: ACCOUNT,
    sequence: 0n,
    expires: 10n,
    fee: { amount: 20n, payer: null },
    memo: "",
    ops: [{ op: "market.cancel_orders", instrument: null, side: null }],
  });

  test("neither text reads as the other", () => {
    expect(() => readBody(TEXT)).toThrow(BodyRefused);
    expect(() => readLogin(body)).toThrow(LoginRefused);
  });

  test("the bytes that are signed begin differently, whatever the text", () => {
    const decoder = new TextDecoder();
    for (const text of [TEXT, body, "", "ctn/tx/1\n", "ctn/login/1\n"]) {
      expect(decoder.decode(loginBytes(text)).startsWith("ctn/login/1\n")).toBe(true);
      expect(decoder.decode(signBytesOf(text)).startsWith("ctn/tx/1\n")).toBe(true);
    }
  });
});
