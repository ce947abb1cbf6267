// What /api/v1 answers of governance, as far as these pages show it.

export interface Votes {
  readonly owners: number;
  readonly tonnes: number;
  readonly weight: number;
}

export interface Tally {
  readonly owners: number;
  readonly tonnes: number;
  readonly owners_needed: number;
  readonly tonnes_needed: number;
  readonly weight_needed: number;
  readonly approvals: number;
  readonly approvals_needed: number;
  readonly objections: number;
  readonly objections_needed: number;
  readonly is_enough: boolean | null;
}

export interface ProposalRow {
  readonly number: number;
  readonly track: "council" | "public";
  readonly proposer: string;
  readonly title: string;
  readonly document: string;
  readonly ops: readonly { readonly op: string }[];
  readonly state: string;
  readonly opened: number;
  readonly height: number;
  readonly closes: number;
  readonly approvals: readonly string[];
  readonly objections: readonly string[];
  readonly yes: Votes;
  readonly no: Votes;
  readonly abstain: Votes;
  readonly bond: string;
  readonly runs: number | null;
  readonly ended: number | null;
  readonly failure: { readonly refusal: string; readonly op: number } | null;
  readonly tally: Tally;
}

export interface ProposalFound extends ProposalRow {
  readonly transactions: readonly string[];
}

export interface FreezeRow {
  readonly id: string;
  readonly scope: string;
  readonly subject: string;
  readonly reason: string;
  readonly allow_retire: boolean;
  readonly by: string;
  readonly duty: string;
  readonly height: number;
  readonly since: number;
  readonly until: number | null;
  readonly lift_at: number | null;
  readonly ended: number | null;
  readonly module: string;
}
