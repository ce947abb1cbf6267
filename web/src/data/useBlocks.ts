// The newest height, as blocks are told: what a page shows of the chain is read again with it.

import { useEffect, useState } from "react";
import { BlocksDocument } from "../gql/graphql";
import { follow } from "./graphql";

const APART_MS = 1_000;

/** The newest height, at most once a second; 0 until the first is told. */
export function useBlocks(): number {
  const [height, tell] = useState(0);
  useEffect(() => {
    let newest = 0;
    const timer = setInterval(() => tell(newest), APART_MS);
    const end = follow(
      BlocksDocument,
      { after: null },
      (data) => {
        newest = data.blocks.height;
      },
      // A lost socket comes back by itself; until then nothing new is told.
      () => undefined,
    );
    return () => {
      clearInterval(timer);
      end();
    };
  }, []);
  return height;
}
