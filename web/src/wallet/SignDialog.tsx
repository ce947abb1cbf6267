// The sign dialog: unlock when needed, read what will be signed, sign, and see what became of it.

import { Button } from "../design/Button";
import { useTranslation } from "react-i18next";
import { Link } from "@tanstack/react-router";
import { Dialog } from "../design/Dialog";
import { NoteOfFault, Unlock } from "./parts";
import { Reading } from "./Reading";
import { Result } from "./Result";
import type { Outcome } from "./sending";
import type { Request } from "./Signing";
import { type Stages, useStages } from "./stages";
import { useWallet } from "./Wallet";

interface Props {
  readonly request: Request;
  readonly claim: () => Promise<boolean>;
  readonly became: (outcome: Outcome) => void;
  readonly close: () => void;
}

/** One request to sign, from its first sight to its receipt. */
export function SignDialog({ request, claim, became, close }: Props) {
  const { t } = useTranslation("wallet");
  const { kind, locked } = useWallet();
  const stages = useStages({ request, claim, became });
  const isBusy = stages.stage.at === "signing" || stages.stage.at === "sending";
  const isSent = "send" in request;
  return (
    <Dialog title={t(isSent ? "sign.titleSend" : "sign.title")} onClose={() => !isBusy && close()}>
      {kind === "none" && (
        <p>
          {t("sign.noWallet")} <Link to="/wallet/setup">{t("sign.setUp")}</Link>
        </p>
      )}
      {kind === "watch" && <p>{t("sign.watchOnly")}</p>}
      {kind === "vault" && locked && <Unlock />}
      {stages.canSign && (
        <Body
          stages={stages}
          isNew={"ops" in request}
          isSeat={kind === "seat"}
          close={close}
        />
      )}
    </Dialog>
  );
}

interface BodyProps {
  readonly stages: Stages;
  readonly isNew: boolean;
  readonly isSeat: boolean;
  readonly close: () => void;
}

function Body({ stages, isNew, isSeat, close }: BodyProps) {
  const { t } = useTranslation("wallet");
  const { stage, begin, sign, submit } = stages;
  switch (stage.at) {
    case "preparing":
      return <p aria-busy="true">{t("sign.preparing")}</p>;
    case "sending":
      return <p aria-busy="true">{t("sign.handing")}</p>;
    case "elsewhere":
      return (
        <>
          <p role="alert">{t("fault.busy_elsewhere")}</p>
          <Button onClick={() => void begin()}>{t("sign.again")}</Button>
        </>
      );
    case "unprepared":
      return (
        <>
          <NoteOfFault error={stage.error} />
          <Button onClick={() => void begin()}>{t("sign.again")}</Button>
        </>
      );
    case "done":
      return (
        <Result
          outcome={stage.outcome}
          isNew={isNew}
          again={begin}
          submit={submit}
          close={close}
        />
      );
    default:
      return (
        <Reading
          prepared={stage.prepared}
          fault={stage.at === "reading" ? stage.fault : null}
          isSending={stage.at === "signing"}
          asksPassword={!isSeat && ["medium", "high"].includes(stage.prepared.body.threshold)}
          sign={(password) => void sign(stage.prepared, password)}
          refuse={close}
        />
      );
  }
}
