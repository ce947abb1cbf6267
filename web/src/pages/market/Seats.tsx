// A seat of the demo: one press makes a fresh key in this page and endows its account.

import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Fault, Refused, faultOf } from "../../data/fault";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { FaultBox } from "../../design/States";
import { SEAT_KINDS, type SeatKind, useWallet } from "../../wallet/Wallet";
import styles from "./Board.module.css";

interface Status {
  readonly chain: string;
}

export function Seats(): ReactElement | null {
  const { t } = useTranslation("market");
  const { own, isReady, takeSeat } = useWallet();
  const status = useResource<Status>("/status");
  const [taking, take] = useState<SeatKind | null>(null);
  const [fault, fail] = useState<Fault | null>(null);
  const isDemo = status.state === "ready" && status.data.chain.startsWith("ctn-demo");
  if (!isDemo || !isReady) return null;
  if (own !== null && taking === null) return null;

  const sit = async (kind: SeatKind) => {
    take(kind);
    fail(null);
    try {
      await takeSeat(kind);
    } catch (error) {
      fail(error instanceof Refused ? error.fault : faultOf({ code: "failed" }));
      take(null);
    }
  };

  if (own !== null) {
    return (
      <Card title={t("seats.taken")}>
        <p>
          {t("seats.next")} <Link to="/wallet">{t("seats.wallet")}</Link>
        </p>
      </Card>
    );
  }
  return (
    <Card title={t("seats.title")}>
      <p>{t("seats.lead")}</p>
      <div className={styles["seats"]}>
        {SEAT_KINDS.map((kind) => (
          <Button
            key={kind}
            {...(kind === "visitor" ? { tone: "primary" as const } : {})}
            disabled={taking !== null}
            onClick={() => void sit(kind)}
          >
            {taking === kind ? t("seats.taking") : t(`seats.kind.${kind}`)}
          </Button>
        ))}
        <Link to="/wallet/setup">{t("seats.own")}</Link>
      </div>
      {fault !== null && <FaultBox fault={fault} />}
    </Card>
  );
}
