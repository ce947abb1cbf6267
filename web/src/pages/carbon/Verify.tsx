// Is it true? A file is judged here in the page; ids, hashes and serials lead to what they name.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { type Fault, Refused, faultOf } from "../../data/fault";
import { get } from "../../data/rest";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Drop } from "../../design/Drop";
import { Field } from "../../design/Field";
import { FaultBox } from "../../design/States";
import layout from "../../design/layout.module.css";
import { Look } from "./Look";
import { Told } from "./Told";
import { LEDGER } from "./asked";
import styles from "./carbon.module.css";
import { type Verdict, judge } from "./judge";

const FILE_BYTES = 16 * 1024 * 1024;
const KEY = /^[0-9a-f]{64}$/;

export function Verify(): ReactElement {
  const { t } = useTranslation("carbon");
  const [maker, pin] = useState("");
  const [verdict, say] = useState<Verdict | null>(null);
  const [fault, fail] = useState<Fault | null>(null);
  const isKey = maker === "" || KEY.test(maker);
  const check = async (file: File) => {
    say(null);
    fail(null);
    if (file.size > FILE_BYTES) {
      const facts = { bytes: file.size, limit: FILE_BYTES };
      fail(faultOf({ code: "file_too_large", facts }, t("verify.tooLarge")));
      return;
    }
    const content = new Uint8Array(await file.arrayBuffer());
    await judge(content, KEY.test(maker) ? maker : null, LEDGER)
      .then(say)
      .catch((error: unknown) =>
        fail(error instanceof Refused ? error.fault : faultOf({ code: "failed" })),
      );
  };
  const pinThisNode = async () => {
    fail(null);
    try {
      const { height } = await get<{ height: number }>("/status");
      const { header } = await get<{ header: { maker: string | null } }>(`/blocks/${height}`);
      pin(header.maker ?? "");
    } catch (error) {
      fail(error instanceof Refused ? error.fault : faultOf({ code: "failed" }));
    }
  };
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")}>
      <div className={layout["two"]}>
        <Card title={t("verify.file")} className={styles["sending"]}>
          <div className={styles["form"]}>
            <Field
              label={t("verify.maker")}
              hint={t("verify.makerHint")}
              value={maker}
              maxLength={64}
              spellCheck={false}
              wrong={isKey ? null : t("verify.makerRule")}
              onChange={(event) => pin(event.target.value.trim())}
            />
            <Button onClick={() => void pinThisNode()}>{t("verify.pin")}</Button>
          </div>
          <Drop label={t("verify.choose")} accept="" onFiles={([file]) => file && void check(file)}>
            <strong>{t("verify.drop")}</strong>
            <p>{t("verify.dropWhy")}</p>
          </Drop>
          {verdict !== null && <Told verdict={verdict} />}
          {fault !== null && <FaultBox fault={fault} />}
        </Card>
        <Card title={t("verify.look")}>
          <Look />
        </Card>
      </div>
    </Page>
  );
}
