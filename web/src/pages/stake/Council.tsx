// What only the council decides about stake: a member proposes it here, the others approve it.

import { Link } from "@tanstack/react-router";
import { type ReactElement, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Area, Field } from "../../design/Field";
import { HashField, isHash } from "../../design/HashField";
import { type Op } from "../../wallet/Signing";
import { fits } from "../../wallet/text";
import { useHashWords } from "./parts";
import type { ValidatorFound } from "./shapes";
import styles from "./stake.module.css";
import { useAct } from "./useAct";

const REASON_BYTES = 256;
const NODES_MOST = 16;
const NODE = /^[0-9a-f]{40}$/;

interface ProposalFields {
  readonly title: string;
  readonly verb: string;
  /** The operation that runs once it is adopted, by the document's hash; null while unsound. */
  readonly op: (document: string) => Op | null;
  readonly children?: ReactNode;
}

/** A proposal to the council of one operation, with the document that it rests on. */
export function CouncilProposal({ title, verb, op, children }: ProposalFields): ReactElement {
  const { t } = useTranslation("stake");
  const { act, note } = useAct();
  const [document, name] = useState("");
  const [isSent, sent] = useState(false);
  const words = useHashWords(t("council.documentHint"));
  const carried = isHash(document) ? op(document) : null;
  const send = () =>
    act(
      { op: "governance.propose", track: "council", title, document, ops: [carried ?? {}] },
      () => sent(true),
    );
  if (isSent) {
    return (
      <p role="status">
        {t("council.sent")} <Link to="/governance">{t("council.see")}</Link>
      </p>
    );
  }
  return (
    <div className={styles["form"]}>
      {children}
      <HashField
        label={t("council.document")}
        value={document}
        onHash={name}
        words={words}
      />
      <div>
        <Button tone="primary" disabled={carried === null} onClick={send}>
          {verb}
        </Button>
      </div>
      {note}
    </div>
  );
}

/** What a member of the council may propose about a validator. */
export function Decisions({ found }: { readonly found: ValidatorFound }): ReactElement | null {
  const { t } = useTranslation("stake");
  const { operator, moniker, status } = found;
  if (status === "tombstoned") return null;
  return (
    <Card title={t("council.title")}>
      {status === "declared" ? (
        <CouncilProposal
          title={t("council.admitTitle", { moniker })}
          verb={t("council.admit")}
          op={() => ({ op: "staking.admit", operator })}
        >
          <p>{t("council.admitWhy")}</p>
        </CouncilProposal>
      ) : (
        <details>
          <summary>{t("council.expelOpen")}</summary>
          <Expel operator={operator} moniker={moniker} />
        </details>
      )}
    </Card>
  );
}

interface ExpelFields {
  readonly operator: string;
  readonly moniker: string;
}

function Expel({ operator, moniker }: ExpelFields): ReactElement {
  const { t } = useTranslation("stake");
  const [reason, say] = useState("");
  const [typed, type] = useState("");
  const nodes = typed.toLowerCase().split(/[\s,，]+/).filter((part) => part !== "");
  const areNodes = nodes.length <= NODES_MOST && nodes.every((node) => NODE.test(node));
  const isReason = reason.trim() !== "" && fits(reason.trim(), REASON_BYTES);
  const op = (evidence: string): Op | null =>
    isReason && areNodes
      ? { op: "staking.expel", operator, evidence, reason: reason.trim(), nodes }
      : null;
  return (
    <CouncilProposal
      title={t("council.expelTitle", { moniker })}
      verb={t("council.expel")}
      op={op}
    >
      <p>{t("council.expelWhy")}</p>
      <Field
        label={t("council.reason")}
        value={reason}
        maxLength={REASON_BYTES}
        wrong={reason === "" || isReason ? null : t("council.reasonRule")}
        onChange={(event) => say(event.target.value)}
      />
      <Area
        label={t("council.nodes")}
        value={typed}
        rows={2}
        spellCheck={false}
        hint={t("council.nodesHint", { most: NODES_MOST })}
        wrong={areNodes ? null : t("council.nodesRule", { most: NODES_MOST })}
        onChange={(event) => type(event.target.value)}
      />
    </CouncilProposal>
  );
}
