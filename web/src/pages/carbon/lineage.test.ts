import { describe, expect, test } from "vitest";
import { type Step, graphOf } from "./lineage";

function step(start: number, end: number, to_status: string): Step {
  return {
    height: 1, number: 0, start, end, from_status: "", to_status, from_owner: "", to_owner: "",
    cause: "", tx: null,
  };
}

function edges(steps: readonly Step[]): [number, number][] {
  return graphOf(steps, [1, 100]).edges.map((edge) => [edge.from.row, edge.to.row]);
}

describe("the graph of a serial's life", () => {
  test("joins each step to those that last moved its serials", () => {
    const steps = [step(1, 100, "held"), step(1, 40, "custody"), step(1, 10, "retired")];
    expect(edges(steps)).toEqual([[0, 1], [1, 2]]);
  });

  test("joins a step to several when its serials came by different ways", () => {
    const steps = [step(1, 100, "held"), step(1, 40, "custody"), step(30, 60, "retired")];
    expect(edges(steps)).toEqual([[0, 1], [1, 2], [0, 2]]);
  });

  test("draws each within its width, one serial of many still to be seen", () => {
    const { nodes, first, last } = graphOf(
      [step(1, 100_000, "held"), step(100_000, 100_000, "r")],
      [1, 100_000],
    );
    expect([first, last]).toEqual([1, 100_000]);
    expect(nodes.every((node) => node.x >= 0 && node.x + node.width <= 1_000)).toBe(true);
    expect(nodes[1]?.width).toBe(6);
  });

  test("shows of each step only the serials that were asked for", () => {
    const { nodes } = graphOf([step(1, 100_000, "held"), step(5, 6, "retired")], [5, 8]);
    expect(nodes.map((node) => [node.x, node.width])).toEqual([[0, 1_000], [0, 500]]);
    expect(graphOf([step(1, 4, "held")], [5, 8]).nodes).toEqual([]);
  });

  test("never joins steps of serials apart", () => {
    expect(edges([step(1, 10, "held"), step(11, 20, "held")])).toEqual([]);
  });
});
