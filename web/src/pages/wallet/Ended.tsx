// The certificate that a retirement ends on, and the opening of what it hides.

import { useValue } from "../../data/useRead";
import { Button } from "../../design/Button";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Card, Facts } from "../../design/Card";
import { tonnesText } from "../../ops/amounts";
import { readOne } from "../../wallet/door";
import { encode, type Fields, isFields } from "../../wallet/json";
import { saveFile } from "./saveFile";
import styles from "./wallet.module.css";

const EVERY_MS = 2_000;

export interface Finished {
  readonly certificate: string;
  readonly opening: { readonly salt: string; readonly fields: Fields } | null;
}

/** The end of a retirement. */
export function Ended({
  finished,
  again,
}: {
  readonly finished: Finished;
  readonly again: () => void;
}) {
  const { t } = useTranslation("wallet");
  const { certificate, opening } = finished;
  // Right after its block the read model may not have it yet, so it is asked for again.
  const read = useCallback(() => readOne(`/certificates/${certificate}`), [certificate]);
  const reading = useValue(read, EVERY_MS);
  const facts = reading.state === "ready" ? reading.data : null;
  return (
    <Card title={t("ended.title")}>
      <div className={styles["form"]} data-certificate={certificate}>
        <p>
          <code>{certificate}</code>
        </p>
        {facts === null ? <p aria-busy="true">{t("ended.waiting")}</p> : <Summary facts={facts} />}
        <p className={styles["bar"]}>
          <a href={`/c/${certificate}`} target="_blank" rel="noreferrer">
            {t("ended.page")}
          </a>
          <a href={`/api/v1/certificates/${certificate}.pdf`} download>
            {"PDF"}
          </a>
          <a href={`/api/v1/certificates/${certificate}.json`} download>
            {"JSON"}
          </a>
        </p>
        {opening !== null && (
          <>
            <p role="alert">{t("ended.opening")}</p>
            <Button
              onClick={() =>
                saveFile(`opening-${certificate}.json`, encode({ certificate, ...opening }))
              }
            >
              {t("ended.save")}
            </Button>
          </>
        )}
        <Button onClick={again}>{t("ended.again")}</Button>
      </div>
    </Card>
  );
}

function Summary({ facts }: { readonly facts: Fields }) {
  const { t } = useTranslation("wallet");
  const beneficiary = facts["beneficiary"];
  const serials = (facts["serials"] as Fields[]).map(({ text }) => String(text));
  const name = isFields(beneficiary) ? String((beneficiary as Fields)["name"]) : t("ended.hidden");
  return (
    <Facts
      rows={[
        [t("ways.tonnes"), tonnesText(BigInt(String(facts["grams"])))],
        [t("claim.name"), name],
        [t("retire.batch"), isFields(facts["batch"]) ? String(facts["batch"]["id"]) : ""],
        [t("ended.serials"), serials.map((text) => <code key={text}>{text} </code>)],
      ]}
    />
  );
}
