// A value that is being typed, as it stands once the typing pauses.

import { useEffect, useState } from "react";

const PAUSE_MS = 250;

export function useSettled(typed: string): string {
  const [settled, settle] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
