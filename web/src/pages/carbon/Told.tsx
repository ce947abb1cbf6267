// The verdict on a dropped file, in words and facts.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../app/settings";
import { Badge, Facts } from "../../design/Card";
import parts from "../../design/parts.module.css";
import { tonnesText } from "../../ops/amounts";
import { exactTime } from "../../units/times";
import { Anchors } from "./Anchors";
import styles from "./carbon.module.css";
import type { Verdict } from "./judge";
import type { Proved } from "./proof";

export function Told({ verdict }: { readonly verdict: Verdict }): ReactElement {
  const { t } = useTranslation("carbon");
  switch (verdict.state) {
    case "proved":
      return <ProofTold proved={verdict.proved} />;
    case "invalid":
      return (
        <div role="alert" className={styles["told"]}>
          <Badge tone="bad">{t("verify.invalid")}</Badge>{" "}
          {t("verify.step", { step: t(`verify.steps.${verdict.step}`), reason: verdict.reason })}
        </div>
      );
    case "same":
    case "altered":
      return (
        <div role={verdict.state === "same" ? "status" : "alert"} className={styles["told"]}>
          <Badge tone={verdict.state === "same" ? "good" : "bad"}>
            {t(`verify.${verdict.state}`)}
          </Badge>
          <Facts
            rows={[
              [
                t("certificates.id"),
                <a key="id" href={`/c/${verdict.certificate}`}>
                  {verdict.certificate}
                </a>,
              ],
              ["SHA-256", <code key="hash">{verdict.hash}</code>],
            ]}
          />
          <p>{t(`verify.${verdict.state}Why`)}</p>
        </div>
      );
    default:
      return (
        <div role="status" className={styles["told"]}>
          <Badge tone={verdict.state === "known" ? "good" : "attention"}>
            {t(`verify.${verdict.state}`)}
          </Badge>
          <Facts rows={[["SHA-256", <code key="hash">{verdict.hash}</code>]]} />
          <p>{t(`verify.${verdict.state}Why`)}</p>
          {verdict.state === "known" && (
            <div className={parts["scroll"]}>
              <Anchors rows={verdict.anchors} />
            </div>
          )}
        </div>
      );
  }
}

function ProofTold({ proved }: { readonly proved: Proved }): ReactElement {
  const { t } = useTranslation("carbon");
  const { language } = useSettings();
  return (
    <div role="status" className={styles["told"]}>
      <Badge tone={proved.isTrusted ? "good" : "attention"}>
        {t(proved.isTrusted ? "verify.valid" : "verify.consistent")}
      </Badge>
      <Facts
        rows={[
          [
            t("certificates.id"),
            <a key="id" href={`/c/${proved.certificate}`}>
              {proved.certificate}
            </a>,
          ],
          [t("batch.id"), proved.batch],
          [t("tonnes"), tonnesText(proved.grams)],
          proved.proved === proved.grams ? null : [t("verify.proved"), tonnesText(proved.proved)],
          [t("verify.block"), `${proved.chain} · ${proved.height}`],
          [t("since"), exactTime(proved.time, language)],
          [t("verify.maker"), <code key="maker">{proved.maker}</code>],
        ]}
      />
      <p>{t(proved.isTrusted ? "verify.later" : "verify.pinFirst")}</p>
    </div>
  );
}
