// What every reader must know before reading: a demo, a chain that stands, old figures, no network.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../data/useRead";
import styles from "./Layout.module.css";

const OLD_MS = 5_000;

interface Status {
  readonly chain: string;
  readonly height: number;
  readonly age_ms: number;
  readonly read_only: boolean;
}

export function Notices(): ReactElement {
  const { t } = useTranslation("app");
  const reading = useResource<Status>("/status", 5_000);
  const status = reading.state === "ready" ? reading.data : null;
  const fault = reading.state === "loading" ? null : reading.fault;
  const said = [
    fault === null ? null : t(`notice.${fault.kind}`),
    status?.chain.startsWith("ctn-demo") ? t("notice.demo") : null,
    status?.read_only ? t("notice.readOnly") : null,
    status !== null && status.age_ms > OLD_MS * 12 ? t("notice.halted") : null,
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
