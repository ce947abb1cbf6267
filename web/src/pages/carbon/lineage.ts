// The graph of a serial's life: each step a node, fed by the latest earlier steps it overlaps.

export interface Step {
  readonly height: number;
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly from_status: string;
  readonly to_status: string;
  readonly from_owner: string;
  readonly to_owner: string;
  readonly cause: string;
  readonly tx: string | null;
}

/** First and last serial, both included. */
export type Range = readonly [first: number, last: number];

export interface Node {
  readonly step: Step;
  /** Left edge and width in thousandths of all serials shown. */
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

export interface Edge {
  readonly from: Node;
  readonly to: Node;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly first: number;
  readonly last: number;
}

const WIDTH = 1_000;
const LEAST_WIDTH = 6;

/**
 * Nodes in the order of the ledger, a row each; serials that moved twice are joined by edges.
 * Only what is of the shown serials is drawn: a batch may hold millions, one retirement few.
 */
export function graphOf(steps: readonly Step[], shown: Range): Graph {
  const [first, last] = shown;
  const whole = last - first + 1;
  const nodes = steps
    .filter((step) => step.start <= last && step.end >= first)
    .map((step, row) => {
      const start = Math.max(first, step.start);
      const end = Math.min(last, step.end);
      const width = Math.max(LEAST_WIDTH, ((end - start + 1) / whole) * WIDTH);
      const x = Math.min(WIDTH - width, ((start - first) / whole) * WIDTH);
      return { step: { ...step, start, end }, x, width, row };
    });
  const edges = nodes.flatMap((node) => sources(node, nodes).map((from) => ({ from, to: node })));
  return { nodes, edges, first, last };
}

/** The steps that last moved any of a step's serials before it, newest first. */
function sources(node: Node, nodes: readonly Node[]): Node[] {
  let open: (readonly [start: number, end: number])[] = [[node.step.start, node.step.end]];
  const found: Node[] = [];
  for (let row = node.row - 1; row >= 0 && open.length > 0; row -= 1) {
    const before = nodes[row];
    if (before === undefined) break;
    const { start, end } = before.step;
    const left = open.flatMap(([first, last]) => without(first, last, start, end));
    if (count(left) < count(open)) found.push(before);
    open = left;
  }
  return found;
}

function without(first: number, last: number, start: number, end: number): [number, number][] {
  const before: [number, number][] = first < start ? [[first, Math.min(last, start - 1)]] : [];
  const after: [number, number][] = last > end ? [[Math.max(first, end + 1), last]] : [];
  return [...before, ...after];
}

function count(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
