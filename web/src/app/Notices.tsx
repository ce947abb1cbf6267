// What a reader must know first: a demo, a chain that stands, a wrong clock, no network.

import { type ReactElement, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useDocument, useResource } from "../data/useRead";
import { StopDocument } from "../gql/graphql";
import { remainingTime } from "../units/times";
import styles from "./Layout.module.css";
import { clockOffset } from "./clock";
import { useSettings } from "./settings";

const EVERY_MS = 5_000;
const STOP_EVERY_MS = 15_000;
const OLD_MS = 60_000;

interface Status {
  readonly chain: string;
  readonly time: number;
  readonly age_ms: number;
  readonly read_only: boolean;
}

export function Notices(): ReactElement {
  const { t } = useTranslation("app");
  const reading = useResource<Status>("/status", EVERY_MS);
  const stop = useStop();
  const status = reading.state === "ready" ? reading.data : null;
  const fault = reading.state === "loading" ? null : reading.fault;
  // Judged once for each answer: an answer that grows old is no clock that goes wrong.
  const minutes = useMemo(() => (status === null ? 0 : clockOffset(status, Date.now())), [status]);
  const said = [
    fault === null ? null : t(`notice.${fault.kind}`),
    stop === null ? null : t("notice.stopped", { left: stop }),
    status?.chain.startsWith("ctn-demo") ? t("notice.demo") : null,
    status?.read_only ? t("notice.readOnly") : null,
    status !== null && status.age_ms > OLD_MS ? t("notice.halted") : null,
    minutes > 0 ? t("notice.fast", { minutes }) : null,
    minutes < 0 ? t("notice.slow", { minutes: -minutes }) : null,
  ].filter((text) => text !== null);
  return (
    <div role="status">
      {said.map((text) => (
        <p key={text} className={styles["notice"]}>
          {text}
        </p>
      ))}
    </div>
  );
}

/** How long an emergency stop lasts at most, in words; null while there is none. */
function useStop(): string | null {
  const { language } = useSettings();
  const reading = useDocument(StopDocument, {}, STOP_EVERY_MS);
  const until = reading.state === "ready" ? reading.data.emergencyStop?.until : undefined;
  return until === undefined ? null : remainingTime(Date.parse(until), Date.now(), language);
}
