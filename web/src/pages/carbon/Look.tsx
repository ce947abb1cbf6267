// An id, address, hash or serial leads to its page; what the ledger does not know is said.

import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Fault, Refused, faultOf } from "../../data/fault";
import { queryOf } from "../../data/query";
import { get } from "../../data/rest";
import { Button } from "../../design/Button";
import { Field } from "../../design/Field";
import { FaultBox } from "../../design/States";
import { Told } from "./Told";
import { anchorsOf } from "./asked";
import styles from "./carbon.module.css";
import type { Verdict } from "./judge";
import { namedBy } from "./named";

interface Hits {
  readonly items: readonly { readonly kind: string; readonly id: string }[];
}

export function Look(): ReactElement {
  const { t } = useTranslation("carbon");
  const form = useRef<HTMLFormElement>(null);
  const go = useNavigate();
  const [verdict, tell] = useState<Verdict | null>(null);
  const [fault, fail] = useState<Fault | null>(null);

  const lookUpHash = async (hash: string) => {
    const { items } = await get<Hits>(`/search${queryOf({ q: hash })}`);
    const hit = items.find((row) => row.id === hash || row.kind === "block");
    if (hit?.kind === "block") {
      await go({ to: "/explorer/blocks/$height", params: { height: hit.id } });
    } else if (hit?.kind === "transaction") {
      await go({ to: "/explorer/transactions/$id", params: { id: hash } });
    } else {
      const anchors = await anchorsOf(hash);
      tell(anchors.length > 0 ? { state: "known", hash, anchors } : { state: "unknown", hash });
    }
  };
  const lookUp = async (event: FormEvent) => {
    event.preventDefault();
    tell(null);
    fail(null);
    const typed = new FormData(form.current ?? undefined).get("text");
    const named = namedBy(typeof typed === "string" ? typed : "");
    switch (named.kind) {
      case "certificate":
        location.assign(`/c/${named.text}`);
        break;
      case "address":
        await go({ to: "/explorer/accounts/$address", params: { address: named.text } });
        break;
      case "serial":
        await go({ to: "/serials/$text", params: { text: named.text } });
        break;
      case "hash":
        await lookUpHash(named.text).catch((error: unknown) =>
          fail(error instanceof Refused ? error.fault : faultOf({ code: "failed" })),
        );
        break;
      default:
        form.current?.querySelector("input")?.focus();
    }
  };
  return (
    <>
      <form ref={form} className={styles["form"]} onSubmit={(event) => void lookUp(event)}>
        <Field label={t("verify.text")} hint={t("verify.textHint")} name="text" maxLength={253} />
        <Button tone="primary" type="submit">
          {t("serial.show")}
        </Button>
      </form>
      {verdict !== null && <Told verdict={verdict} />}
      {fault !== null && <FaultBox fault={fault} />}
    </>
  );
}
