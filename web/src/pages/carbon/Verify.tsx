// Is it true? A proof file is verified here in the page; ids and serials lead to what they name.

import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useSettings } from "../../app/settings";
import { get } from "../../data/rest";
import { Button } from "../../design/Button";
import { Badge, Card, Facts } from "../../design/Card";
import { Drop } from "../../design/Drop";
import { Field } from "../../design/Field";
import { tonnesText } from "../../ops/amounts";
import { exactTime } from "../../units/times";
import layout from "../../design/layout.module.css";
import styles from "./carbon.module.css";
import { type Proved, ProofInvalid, verifyProof } from "./proof";

const FILE_BYTES = 4 * 1024 * 1024;
const KEY = /^[0-9a-f]{64}$/;

type Verdict =
  | { readonly state: "none" }
  | { readonly state: "valid"; readonly proved: Proved }
  | { readonly state: "invalid"; readonly step: string; readonly reason: string };

export function Verify(): ReactElement {
  const { t } = useTranslation("carbon");
  const [maker, pin] = useState("");
  const [verdict, say] = useState<Verdict>({ state: "none" });
  const isKey = maker === "" || KEY.test(maker);
  const check = async (file: File) => {
    if (file.size > FILE_BYTES) {
      say({ state: "invalid", step: "format", reason: t("verify.tooLarge") });
      return;
    }
    try {
      const proved = verifyProof(await file.text(), KEY.test(maker) ? maker : null);
      say({ state: "valid", proved });
    } catch (error) {
      const isNamed = error instanceof ProofInvalid;
      const reason = error instanceof Error ? error.message : String(error);
      say({ state: "invalid", step: isNamed ? error.step : "format", reason });
    }
  };
  const pinThisNode = async () => {
    const { height } = await get<{ height: number }>("/status");
    const { header } = await get<{ header: { maker: string | null } }>(`/blocks/${height}`);
    pin(header.maker ?? "");
  };
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")}>
      <div className={layout["two"]}>
        <Card title={t("verify.file")}>
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
          <Drop label={t("file.choose")} accept=".json" onFile={(file) => void check(file)}>
            <strong>{t("verify.drop")}</strong>
          </Drop>
          <Told verdict={verdict} />
        </Card>
        <Card title={t("verify.look")}>
          <Look />
        </Card>
      </div>
    </Page>
  );
}

function Told({ verdict }: { readonly verdict: Verdict }): ReactElement | null {
  const { t } = useTranslation("carbon");
  const { language } = useSettings();
  if (verdict.state === "none") return null;
  if (verdict.state === "invalid") {
    return (
      <div role="alert">
        <Badge tone="bad">{t("verify.invalid")}</Badge>{" "}
        {t("verify.step", { step: t(`verify.steps.${verdict.step}`), reason: verdict.reason })}
      </div>
    );
  }
  const { proved } = verdict;
  return (
    <div role="status">
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

/** An id, address, hash or serial leads to its page. */
function Look(): ReactElement {
  const { t } = useTranslation("carbon");
  const form = useRef<HTMLFormElement>(null);
  const go = useNavigate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = new FormData(form.current ?? undefined).get("text");
    const text = typeof typed === "string" ? typed.trim() : "";
    if (text === "") return;
    if (/^r-[0-9a-f]{24}$/.test(text)) location.assign(`/c/${text}`);
    else if (/^ctn1[a-z0-9]{38}$/.test(text))
      void go({ to: "/explorer/accounts/$address", params: { address: text } });
    else if (/^[0-9a-f]{64}$/.test(text))
      void go({ to: "/explorer/transactions/$id", params: { id: text } });
    else void go({ to: "/serials/$text", params: { text } });
  };
  return (
    <form ref={form} className={styles["form"]} onSubmit={submit}>
      <Field label={t("verify.text")} hint={t("verify.textHint")} name="text" maxLength={200} />
      <Button tone="primary" type="submit">
        {t("serial.show")}
      </Button>
    </form>
  );
}
