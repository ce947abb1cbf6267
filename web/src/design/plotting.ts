// Where a value stands in a plot: shapes as paths, without a page.

export const WIDTH = 400;
export const HEIGHT = 120;
const EDGE = 6;
const BAR_MOST = 40;
const BAR_PART = 0.8;

/** The middle of a place of `count` on the axis. */
export function placeX(place: number, count: number): number {
  return ((place + 0.5) / count) * WIDTH;
}

/** The height of a value between zero and `most`. */
export function valueY(value: number, most: number): number {
  return HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE);
}

/** A line through the values that are there; it breaks where one is missing. */
export function linePath(values: readonly (number | null)[], most: number): string {
  let isOpen = false;
  return values
    .map((value, place) => {
      if (value === null) {
        isOpen = false;
        return "";
      }
      const move = isOpen ? "L" : "M";
      isOpen = true;
      const at = placeX(place, values.length).toFixed(1);
      return `${move}${at},${valueY(value, most).toFixed(1)}`;
    })
    .join("");
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The boxes of a place, the first at the bottom, whose values together are at most `most`. */
export function stackBoxes(values: readonly number[], place: number, count: number, most: number) {
  const width = Math.min(BAR_MOST, (WIDTH / count) * BAR_PART);
  let below = 0;
  return values.map((value): Box => {
    const bottom = HEIGHT * (1 - below / most);
    below += value;
    const top = HEIGHT * (1 - below / most);
    return { x: placeX(place, count) - width / 2, y: top, width, height: bottom - top };
  });
}
