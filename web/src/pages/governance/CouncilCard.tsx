// Who sits on the council, how many decide, and whether everything is stopped.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card, Facts } from "../../design/Card";
import { Countdown } from "../../design/Countdown";
import { Field } from "../../design/Field";
import { Address } from "../../design/Reference";
import { Shown } from "../../design/States";
import layout from "../../design/layout.module.css";
import { CouncilDocument } from "../../gql/graphql";
import { useSign } from "../../wallet/Signing";
import { fits } from "../../wallet/text";
import { useWallet } from "../../wallet/Wallet";
import styles from "./governance.module.css";

const EVERY_MS = 5_000;
const REASON_BYTES = 256;

export function CouncilCard(): ReactElement {
  const { t } = useTranslation("governance");
  const { account } = useWallet();
  const reading = useDocument(CouncilDocument, {}, EVERY_MS);
  return (
    <div className={styles["panel"]}>
      <Shown
        reading={reading}
        isEmpty={(data) => data.council === null}
        empty={<p>{t("council.none")}</p>}
      >
        {({ council, emergencyStop }) =>
          council && (
            <div className={layout["two"]}>
              <Card title={t("council.members")}>
                <ol className={styles["members"]}>
                  {council.members.map((member) => (
                    <li key={member}>
                      <Address address={member} /> {member === account && t("council.you")}
                    </li>
                  ))}
                </ol>
              </Card>
              <Card title={t("council.numbers")}>
                <Facts
                  rows={[
                    [
                      t("council.threshold"),
                      t("council.of", { need: council.threshold, all: council.members.length }),
                    ],
                    [
                      t("council.emergency"),
                      t("council.of", { need: council.emergency, all: council.members.length }),
                    ],
                    [
                      t("council.stop"),
                      emergencyStop ? (
                        <Countdown key="stop" time={Date.parse(emergencyStop.until)} />
                      ) : (
                        t("council.notStopped")
                      ),
                    ],
                  ]}
                />
                {account !== null && council.members.includes(account) && <StopCall />}
              </Card>
            </div>
          )
        }
      </Shown>
    </div>
  );
}

/** A member's call for an emergency stop, with its public reason. */
function StopCall(): ReactElement {
  const { t } = useTranslation("governance");
  const { sign } = useSign();
  const [reason, setReason] = useState("");
  const isSound = reason.trim() !== "" && fits(reason, REASON_BYTES);
  return (
    <div className={styles["form"]}>
      <p className={styles["muted"]}>{t("council.stopWhy")}</p>
      <Field
        label={t("council.reason")}
        value={reason}
        maxLength={REASON_BYTES}
        onChange={(event) => setReason(event.target.value)}
      />
      <div>
        <Button
          disabled={!isSound}
          onClick={() => void sign([{ op: "governance.stop", reason: reason.trim() }])}
        >
          {t("council.callStop")}
        </Button>
      </div>
    </div>
  );
}
