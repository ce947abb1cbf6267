import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readOwnLogin } from "./login";
import { Session } from "./session";

const ORIGIN = "http://127.0.0.1:8080";
const ACCOUNT = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp";
const OTHER = "ctn1tmvv7h3qtvzzz6hxvl8g2vyzps8j3hkr6g0pcg";
const MINUTE = 60_000;

/** What stands where the network would: the tokens that it knows, and what it was asked. */
class Platform {
  readonly asked: string[] = [];
  readonly tokens = new Set<string>();
  cookie: string | null = null;
  private made = 0;

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const path = url.replace("/api/v1", "");
    const hasCookie = init.credentials === "same-origin";
    this.asked.push(hasCookie ? `${path} with its cookie` : path);
    const headers = init.headers as Record<string, string>;
    const token = (headers["authorization"] ?? "").replace("Bearer ", "");
    return Promise.resolve(this.answer(path, token, hasCookie, String(init.body)));
  };

  private answer(path: string, token: string, hasCookie: boolean, body: string): Response {
    if (path === "/session/challenge") {
      const [nonce, expires] = ["ab".repeat(16), Date.now() + 5 * MINUTE];
      const domain = new URL(ORIGIN).host;
      return Response.json({ nonce, domain, uri: ORIGIN, chain_id: "ctn-demo", expires });
    }
    if (path === "/session") {
      const { message } = JSON.parse(body) as { message: string };
      this.cookie = readOwnLogin(message, ORIGIN, ACCOUNT).account;
      return this.admitted(this.cookie);
    }
    if (path === "/session/refresh" && hasCookie && this.cookie !== null) {
      return this.admitted(this.cookie);
    }
    if (path === "/session/end") {
      this.tokens.delete(token);
      this.cookie = null;
      return Response.json({ ended: true });
    }
    if (this.tokens.has(token)) return Response.json({ items: [] });
    return Response.json({ module: "door", code: "login_required" }, { status: 401 });
  }

  private admitted(account: string): Response {
    const token = `token-${++this.made}`;
    this.tokens.add(token);
    return Response.json({ account, token });
  }
}

let platform: Platform;
let signed: string[];

function session(): Session {
  return new Session(ACCOUNT, (text) => {
    signed.push(text);
    return Promise.resolve({ scheme: 1, key: "00".repeat(32), signature: "00".repeat(64) });
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  platform = new Platform();
  signed = [];
  vi.stubGlobal("fetch", platform.fetch);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a session", () => {
  test("asks the platform nothing before it is needed, also when it ends", async () => {
    await session().end();
    expect(platform.asked).toEqual([]);
  });

  test("logs in once for all that is asked", async () => {
    const open = session();
    await Promise.all([open.ask("GET", "/pending"), open.ask("GET", "/pending")]);
    await open.ask("GET", "/pending");
    expect(signed).toHaveLength(1);
    expect(platform.asked.filter((path) => path === "/pending")).toHaveLength(3);
  });

  test("renews its token by the cookie before ten minutes are over", async () => {
    const open = session();
    await open.ask("GET", "/pending");
    vi.advanceTimersByTime(9 * MINUTE);
    await open.ask("GET", "/pending");
    expect(signed).toHaveLength(1);
    expect(platform.asked).toContain("/session/refresh with its cookie");
  });

  test("logs in anew when the cookie is gone or another account's", async () => {
    const open = session();
    await open.ask("GET", "/pending");
    vi.advanceTimersByTime(9 * MINUTE);
    platform.cookie = OTHER;
    await open.ask("GET", "/pending");
    vi.advanceTimersByTime(9 * MINUTE);
    platform.cookie = null;
    await open.ask("GET", "/pending");
    expect(signed).toHaveLength(3);
  });

  test("logs in anew, once, when the platform forgot it", async () => {
    const open = session();
    await open.ask("GET", "/pending");
    platform.tokens.clear();
    await open.ask("GET", "/pending");
    expect(signed).toHaveLength(2);
    vi.spyOn(platform.tokens, "has").mockReturnValue(false);
    await expect(open.ask("GET", "/pending")).rejects.toThrow("login_required");
    expect(signed).toHaveLength(3);
  });

  test("ends at the platform too, and is not begun again by what comes late", async () => {
    const open = session();
    await open.ask("GET", "/pending");
    await open.end();
    expect([...platform.tokens]).toEqual([]);
    expect(platform.asked.at(-1)).toBe("/session/end with its cookie");
    await expect(open.ask("GET", "/pending")).rejects.toThrow("locked");
    expect(signed).toHaveLength(1);
  });

  test("that is still logging in when it ends leaves nothing open", async () => {
    const open = session();
    const late = open.ask("GET", "/pending").catch(() => null);
    await open.end();
    await late;
    expect([...platform.tokens]).toEqual([]);
  });

  test("asks for what it needs without the cookie", async () => {
    const open = session();
    await open.ask("GET", "/pending");
    const cookies = platform.asked.filter((path) => path.endsWith("cookie"));
    expect(cookies).toEqual(["/session with its cookie"]);
  });
});
