// A time as a distance, with the exact one on hover; it goes on by itself.

import { type ReactElement, useEffect, useState } from "react";
import { useSettings } from "../app/settings";
import { exactTime, relativeTime } from "../units/times";

/** `time`: RFC 3339 or milliseconds since 1970. */
export function Time({ time }: { readonly time: string | number }): ReactElement {
  const { language } = useSettings();
  const [now, tick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const moment = typeof time === "number" ? time : Date.parse(time);
  return (
    <time dateTime={new Date(moment).toISOString()} title={exactTime(moment, language)}>
      {relativeTime(moment, now, language)}
    </time>
  );
}
