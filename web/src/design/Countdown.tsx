// How long until a time, with the exact one on hover; it goes on by itself.

import { type ReactElement, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../app/settings";
import { exactTime, remainingTime } from "../units/times";

/** `time`: milliseconds since 1970. What is due acts with the next block. */
export function Countdown({ time }: { readonly time: number }): ReactElement {
  const { t } = useTranslation("app");
  const { language } = useSettings();
  const [now, tick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const left = remainingTime(time, now, language);
  return (
    <time dateTime={new Date(time).toISOString()} title={exactTime(time, language)}>
      {left === null ? t("time.due") : t("time.in", { left })}
    </time>
  );
}
