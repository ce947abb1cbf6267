// The life of serials as a graph: time goes down, serials right, and lines follow their origin.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import styles from "./carbon.module.css";
import { type Edge, type Node, type Range, type Step, graphOf } from "./lineage";

const ROW = 34;
const BAR = 12;
const LABEL = 190;
const SPACE = 500;
const BEND = 8;
const WIDTH = LABEL + SPACE;
/** More than this no eye follows; the table has them all. */
export const GRAPH_MAX = 40;

interface GraphFields {
  readonly steps: readonly Step[];
  readonly shown: Range;
}

export function LifeGraph({ steps, shown }: GraphFields): ReactElement {
  const { t } = useTranslation("carbon");
  const graph = graphOf(steps, shown);
  const name = t("serial.graph", {
    count: graph.nodes.length,
    first: graph.first,
    last: graph.last,
  });
  return (
    <div className={styles["graphRoom"]} role="group" aria-label={t("serial.life")} tabIndex={0}>
      <svg
        className={styles["graph"]}
        viewBox={`0 0 ${WIDTH} ${graph.nodes.length * ROW}`}
        role="img"
        aria-label={name}
      >
        {graph.edges.map(({ from, to }) => (
          <path
            key={`${from.row}-${to.row}`}
            className={styles["edge"]}
            d={curve({ from, to })}
          />
        ))}
        {graph.nodes.map((node) => (
          <g key={node.row}>
            <text x={0} y={top(node) + BAR - 1} className={styles["graphText"]}>
              {`${node.step.height} · ${t(`step.${node.step.to_status}`, {
                defaultValue: node.step.to_status,
              })}`}
            </text>
            <rect
              className={styles[node.step.to_status]}
              x={left(node)}
              y={top(node)}
              width={(node.width * SPACE) / 1_000}
              height={BAR}
              rx={2}
            />
          </g>
        ))}
      </svg>
    </div>
  );
}

function curve({ from, to }: Edge): string {
  const [x0, y0] = [middle(from), top(from) + BAR];
  const [x1, y1] = [middle(to), top(to)];
  return `M ${x0} ${y0} C ${x0} ${y1 - BEND} ${x1} ${y0 + BEND} ${x1} ${y1}`;
}

function top(node: Node): number {
  return node.row * ROW + (ROW - BAR) / 2;
}

function left(node: Node): number {
  return LABEL + (node.x * SPACE) / 1_000;
}

function middle(node: Node): number {
  return left(node) + (node.width * SPACE) / 2_000;
}
