// The form that declares a validator: the node proves its key, the page only carries what it said.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useResource } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Field } from "../../design/Field";
import { Shown } from "../../design/States";
import layout from "../../design/layout.module.css";
import {
  bothOf,
  isMoniker,
  keyFault,
  MONIKER_BYTES,
  proofFault,
  provingCommand,
  readKey,
} from "./declaring";
import { Approvers } from "./parts";
import styles from "./stake.module.css";
import { useAct } from "./useAct";
import { useRules } from "./useRules";

interface DeclareFields {
  readonly operator: string;
  /** The keys that validators have declared already. */
  readonly known: readonly string[];
  readonly done: () => void;
}

export function Declare({ operator, known, done }: DeclareFields): ReactElement {
  const { t } = useTranslation("stake");
  const status = useResource<{ readonly chain: string }>("/status");
  return (
    <Card title={t("declare.title")}>
      <Shown reading={status}>
        {({ chain }) => <Form chain={chain} operator={operator} known={known} done={done} />}
      </Shown>
    </Card>
  );
}

function Form({ chain, operator, known, done }: DeclareFields & { readonly chain: string }) {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  const rules = useRules();
  const [moniker, name] = useState("");
  const [typedKey, typeKey] = useState("");
  const [proof, typeProof] = useState("");
  const key = readKey(typedKey);
  const wrongKey = typedKey === "" ? null : keyFault(typedKey, known);
  const wrongProof =
    proof === "" || key === null ? null : proofFault({ key, proof, chain, operator });
  const isWhole = isMoniker(moniker) && key !== null && proof !== "";
  const isSound = isWhole && wrongKey === null && wrongProof === null;
  const paste = (text: string) => {
    const both = bothOf(text);
    typeKey(both?.key ?? text);
    if (both !== null) typeProof(both.proof);
  };
  const send = () =>
    act({ op: "staking.declare", pubkey: key ?? "", proof, moniker: moniker.trim() }, done);
  return (
    <div className={styles["form"]}>
      <p>{t("declare.why")}</p>
      <Approvers rules={rules} />
      <Field
        label={t("declare.moniker")}
        value={moniker}
        maxLength={MONIKER_BYTES}
        hint={t("declare.monikerWhy")}
        wrong={moniker === "" || isMoniker(moniker) ? null : t("declare.monikerRule")}
        onChange={(event) => name(event.target.value)}
      />
      <Proving chain={chain} operator={operator} />
      <Field
        label={t("declare.key")}
        value={typedKey}
        spellCheck={false}
        maxLength={256}
        hint={t("declare.keyWhy")}
        wrong={wrongKey === null ? null : t(`declare.keyRule.${wrongKey}`)}
        onChange={(event) => paste(event.target.value)}
      />
      <Field
        label={t("declare.proof")}
        value={proof}
        spellCheck={false}
        maxLength={128}
        hint={t("declare.proofWhy")}
        wrong={wrongProof === null ? null : t(`declare.proofRule.${wrongProof}`)}
        onChange={(event) => typeProof(event.target.value.trim().toLowerCase())}
      />
      <div>
        <Button tone="primary" disabled={!isSound} onClick={send}>
          {t("declare.send")}
        </Button>
      </div>
      {note}
    </div>
  );
}

/** The command that makes the node's machine print its key and the proof. */
function Proving({ chain, operator }: { readonly chain: string; readonly operator: string }) {
  const { t } = useTranslation("stake");
  return (
    <>
      <p>{t("declare.command")}</p>
      <pre className={layout["code"]} tabIndex={0} data-testid="proving">
        {provingCommand(chain, operator)}
      </pre>
    </>
  );
}
