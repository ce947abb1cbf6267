// What the reader can do about a proposal now, and why not where nothing can be done.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../../data/useRead";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { CouncilDocument } from "../../gql/graphql";
import { useSign } from "../../wallet/Signing";
import { useWallet } from "../../wallet/Wallet";
import type { ProposalFound } from "./shapes";
import { VoteForm } from "./VoteForm";
import styles from "./governance.module.css";

interface ActionsFields {
  readonly found: ProposalFound;
  readonly again: () => void;
}

export function Actions({ found, again }: ActionsFields): ReactElement | null {
  const { t } = useTranslation("governance");
  const { account } = useWallet();
  if (found.state !== "open" && found.state !== "passed") return null;
  return (
    <Card title={t("act.title")}>
      {account === null ? (
        <p>
          {t("act.noWallet")} <Link to="/wallet/setup">{t("act.setUp")}</Link>
        </p>
      ) : (
        <Mine found={found} again={again} account={account} />
      )}
    </Card>
  );
}

function Mine({ found, again, account }: ActionsFields & { readonly account: string }) {
  const { t } = useTranslation("governance");
  const { sign } = useSign();
  const reading = useDocument(CouncilDocument, {});
  const members = reading.state === "ready" ? (reading.data.council?.members ?? []) : [];
  const isMember = members.includes(account);
  const isOpen = found.state === "open";
  const proposal = BigInt(found.number);
  const act = (verb: "approve" | "object" | "cancel") =>
    void sign([{ op: `governance.${verb}`, proposal }]).then(again);
  const mayApprove = isOpen && found.track === "council" && isMember;
  const mayObject = found.state === "passed" && found.track === "public" && isMember;
  const mayCancel = isOpen && found.proposer === account;
  return (
    <div className={styles["form"]}>
      {isOpen && found.track === "public" && (
        <VoteForm number={proposal} account={account} again={again} />
      )}
      {isOpen && found.track === "council" && !isMember && <p>{t("act.councilOnly")}</p>}
      {found.state === "passed" && !isMember && <p>{t("act.waits")}</p>}
      {(mayApprove || mayObject || mayCancel) && (
        <div className={styles["row"]}>
          {mayApprove && (
            <Button
              tone="primary"
              disabled={found.approvals.includes(account)}
              onClick={() => act("approve")}
            >
              {t(found.approvals.includes(account) ? "act.approved" : "act.approve")}
            </Button>
          )}
          {mayObject && (
            <Button disabled={found.objections.includes(account)} onClick={() => act("object")}>
              {t("act.object")}
            </Button>
          )}
          {mayCancel && <Button onClick={() => act("cancel")}>{t("act.cancel")}</Button>}
        </div>
      )}
    </div>
  );
}
