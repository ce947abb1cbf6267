// Who reads a page of stake: its account, what that is allowed, and whether it sits on the council.

import { type Reading, useDocument, useResource } from "../../data/useRead";
import { CouncilDocument, type CouncilQuery } from "../../gql/graphql";
import { useWallet } from "../../wallet/Wallet";
import type { Reader } from "./chances";

export interface Permissions {
  readonly roles: readonly string[];
  readonly authorities: readonly string[];
  readonly duties: readonly { readonly kind: string; readonly scope: string }[];
}

/** What an account may do; null reads nothing. */
export function usePermissions(account: string | null): Reading<Permissions> {
  return useResource<Permissions>(account === null ? null : `/accounts/${account}/permissions`);
}

/** The reader; null while it is not known what the account may do. */
export function useReader(): Reader | null {
  const { account, isReady } = useWallet();
  const reading = usePermissions(account);
  const council = useDocument(CouncilDocument, {});
  if (!isReady) return null;
  if (account === null) return { account, roles: [], verifies: null, isMember: false };
  if (reading.state !== "ready" || council.state === "loading") return null;
  return {
    account,
    roles: reading.data.roles,
    verifies: verifiedClass(reading.data),
    isMember: council.state === "ready" && isMember(council.data, account),
  };
}

function isMember({ council }: CouncilQuery, account: string): boolean {
  return council?.members.includes(account) ?? false;
}

/** The class that an account verifies, "" for every one; null when it is no verifier. */
export function verifiedClass({ authorities, duties }: Permissions): string | null {
  if (!authorities.includes("verifier")) return null;
  return duties.find(({ kind }) => kind === "verifier")?.scope ?? null;
}
