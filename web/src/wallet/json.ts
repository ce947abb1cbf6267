// Canonical JSON, the one encoding of what is hashed and signed: keys sorted by byte, no spaces,
// integers only. An integer is a BigInt here, because JSON.parse rounds above 2^53.

export type Json = null | boolean | bigint | string | Json[] | { [name: string]: Json };
export type Fields = { [name: string]: Json };

export const INT_MAX = 2n ** 63n - 1n;
const DEPTH_MAX = 64;
const SPACE = /[ \t\n\r]*/y;
const INTEGER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SHORT: Readonly<Record<string, string>> = {
  '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
};
const ESCAPED: Readonly<Record<string, string>> = {
  '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
};

/** A text is no JSON of integers, or not the canonical one; `at` counts characters. */
export class NotCanonical extends Error {
  constructor(
    readonly rule: string,
    readonly at: number,
  ) {
    super(`${rule} (at ${at})`);
  }
}

/** The value of a JSON text whose numbers are integers; refuses a key that stands twice. */
export function parse(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The value of a canonical JSON text: encoding it again gives the same text. */
export function parseCanonical(text: string): Json {
  const value = parse(text);
  if (encode(value) !== text) throw new NotCanonical("not canonical", 0);
  return value;
}

/** The canonical text of a value. */
export function encode(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  const names = Object.keys(value).sort(byBytes);
  return `{${names.map((name) => `${quoted(name)}:${encode(value[name] ?? null)}`).join(",")}}`;
}

/** Whether a value is an object, neither null nor a list. */
export function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byBytes(left: string, right: string): number {
  // Keys are ASCII, where the order of UTF-16 units is that of bytes.
  return left < right ? -1 : left > right ? 1 : 0;
}

function quoted(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new NotCanonical("half a surrogate pair", 0);
  const inner = text.replace(/["\\\u0000-\u001f]/g, (found) => {
    const code = found.charCodeAt(0).toString(16).padStart(4, "0");
    return ESCAPED[found] ?? `\\u${code}`;
  });
  return `"${inner}"`;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Json {
    if (depth > DEPTH_MAX) throw this.fault("nested too deep");
    this.match(SPACE);
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.list(depth);
    if (first === '"') return this.string();
    for (const [word, meaning] of [["null", null], ["true", true], ["false", false]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    const digits = this.match(INTEGER);
    if (digits === "") throw this.fault("a value, numbers being integers");
    return BigInt(digits);
  }

  end(): void {
    this.match(SPACE);
    if (this.at !== this.text.length) throw this.fault("nothing after the value");
  }

  private object(depth: number): Fields {
    const found: Fields = Object.create(null) as Fields;
    this.at += 1;
    if (this.takes("}")) return found;
    do {
      this.match(SPACE);
      const name = this.string();
      if (Object.hasOwn(found, name)) throw this.fault(`key ${name} twice`);
      if (!this.takes(":")) throw this.fault("a colon");
      found[name] = this.value(depth + 1);
    } while (this.takes(","));
    if (!this.takes("}")) throw this.fault("the end of an object");
    return found;
  }

  private list(depth: number): Json[] {
    const found: Json[] = [];
    this.at += 1;
    if (this.takes("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.takes(","));
    if (!this.takes("]")) throw this.fault("the end of a list");
    return found;
  }

  private string(): string {
    if (this.text[this.at] !== '"') throw this.fault("a string");
    this.at += 1;
    let found = this.match(PLAIN);
    while (this.text[this.at] === "\\") found += this.escape() + this.match(PLAIN);
    if (this.text[this.at] !== '"') throw this.fault("the end of a string");
    this.at += 1;
    if (/\p{Surrogate}/u.test(found)) throw this.fault("half a surrogate pair");
    return found;
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    if (letter === "u") {
      const code = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(code)) throw this.fault("four hex digits");
      this.at += 6;
      return String.fromCharCode(parseInt(code, 16));
    }
    const meaning = SHORT[letter];
    if (meaning === undefined) throw this.fault("an escape");
    this.at += 2;
    return meaning;
  }

  private takes(mark: string): boolean {
    this.match(SPACE);
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private fault(rule: string): NotCanonical {
    return new NotCanonical(`expected ${rule}`, this.at);
  }
}
