// The query of an address, without what is empty.

export function queryOf(fields: Readonly<Record<string, string>>): string {
  const found = Object.entries(fields).filter(([, value]) => value !== "");
  return found.length === 0 ? "" : `?${new URLSearchParams(found)}`;
}
