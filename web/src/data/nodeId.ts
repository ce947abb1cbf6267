// The id of an object as the Node interface has it: base64url of `Type:key` (thallo.md 4.3).

export function nodeId(type: string, key: string): string {
  const bytes = new TextEncoder().encode(`${type}:${key}`);
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
