import { describe, expect, test } from "vitest";
import { HEIGHT, linePath, placeX, stackBoxes, valueY, WIDTH } from "./plotting";

describe("where a value stands in a plot", () => {
  test("places share the axis equally, one alone stands in its middle", () => {
    expect(placeX(0, 1)).toBe(WIDTH / 2);
    expect([placeX(0, 2), placeX(1, 2)]).toEqual([WIDTH / 4, (3 * WIDTH) / 4]);
  });

  test("a greater value stands higher, and none leaves the plot", () => {
    expect(valueY(10, 10)).toBeGreaterThan(0);
    expect(valueY(0, 10)).toBeLessThan(HEIGHT);
    expect(valueY(6, 10)).toBeLessThan(valueY(5, 10));
  });

  test("a line breaks where a value is missing", () => {
    expect(linePath([1, 2, null, 3], 3).replace(/[0-9.,]+/g, "")).toBe("MLM");
    expect(linePath([], 3)).toBe("");
  });

  test("boxes stand on each other and fill the plot when they are the whole", () => {
    const [lower, upper] = stackBoxes([25, 75], 0, 4, 100);
    expect(lower).toMatchObject({ y: HEIGHT * 0.75, height: HEIGHT * 0.25 });
    expect(upper).toMatchObject({ y: 0, height: HEIGHT * 0.75 });
  });
});
