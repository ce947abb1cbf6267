// What /api/v1/stake answers, as far as these pages show it.

export interface ValidatorRow {
  readonly operator: string;
  /** The consensus address: 40 hex of the key's hash. */
  readonly address: string;
  readonly moniker: string;
  readonly pubkey: string;
  readonly status: "declared" | "admitted" | "tombstoned";
  readonly state: string;
  readonly credit: number;
  readonly suspended: boolean;
  readonly jailed_until: number | null;
  readonly barred_until: number;
  /** Weighted kilograms. */
  readonly stake: string;
  readonly bonus_bp: number;
  readonly weight: string;
  readonly declared: number;
  readonly admitted: number | null;
  readonly power: number;
  readonly power_total: number;
  readonly bonded_t: string;
  readonly blocks: number;
  readonly signed: number;
  readonly absent: number;
}

export interface Lot {
  readonly batch: string;
  readonly tonnes: string;
  readonly since: number;
}

export interface Unbonding extends Lot {
  readonly no: number;
  readonly due: number | null;
}

export interface Cpoe {
  readonly id: string;
  readonly owner: string;
  readonly project: string;
  readonly period_start: number;
  readonly period_end: number;
  readonly tonnes: string;
  readonly methodology: string;
  readonly verifier: string;
  readonly evidence: string;
  readonly serials: readonly string[];
  readonly status: string;
  readonly filed: number;
  readonly attested: number | null;
  readonly challenged: number | null;
  readonly challenger: string | null;
  readonly challenge: string | null;
}

export interface FoundFault {
  readonly id: string;
  readonly kind: string;
  readonly height: number;
  readonly time: number;
  readonly lots: readonly { readonly batch: string; readonly tonnes: number }[];
}

export interface ValidatorFound extends ValidatorRow {
  readonly lots: readonly Lot[];
  readonly unbonding: readonly Unbonding[];
  readonly cpoes: readonly Cpoe[];
  readonly faults: readonly FoundFault[];
}

/** The parameters that stake is weighed by, with what they are where nobody set them. */
export interface Rules {
  readonly quality_bp: number;
  readonly epoch_ms: number;
  readonly min_bond_t: number;
  /** How many keys of an enterprise must sign what is more than a trade. */
  readonly approvers: number;
}

export interface ParamRow {
  readonly name: string;
  readonly value: number | string | null;
  readonly default: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly module: string | null;
}
