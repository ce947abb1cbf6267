// The sign dialog: unlock when needed, read what will be signed, sign, and see what became of it.

import { Button } from "../design/Button";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "@tanstack/react-router";
import { Dialog } from "../design/Dialog";
import { WalletFault } from "./fault";
import { NoteOfFault, Unlock } from "./parts";
import { Reading } from "./Reading";
import { Result } from "./Result";
import { type Outcome, type Prepared, prepare, send } from "./sending";
import type { Request } from "./Signing";
import { useWallet } from "./Wallet";

type Stage =
  | { readonly at: "preparing" }
  | { readonly at: "elsewhere" }
  | { readonly at: "unprepared"; readonly error: unknown }
  | { readonly at: "reading"; readonly prepared: Prepared; readonly fault: WalletFault | null }
  | { readonly at: "sending"; readonly prepared: Prepared }
  | { readonly at: "done"; readonly prepared: Prepared; readonly outcome: Outcome };

interface Props {
  readonly request: Request;
  readonly claim: () => Promise<boolean>;
  readonly became: (outcome: Outcome) => void;
  readonly close: () => void;
}

/** One request to sign, from its first sight to its receipt. */
export function SignDialog({ request, claim, became, close }: Props) {
  const { t } = useTranslation("wallet");
  const wallet = useWallet();
  const { account, key, kind, locked } = wallet;
  const [stage, setStage] = useState<Stage>({ at: "preparing" });
  const canSign = (kind === "vault" || kind === "seat") && !locked;

  const begin = useCallback(async () => {
    setStage({ at: "preparing" });
    if (account === null || key === null) return;
    if (!(await claim())) return setStage({ at: "elsewhere" });
    try {
      const prepared = await prepare(account, key, request.ops, request.memo);
      setStage({ at: "reading", prepared, fault: null });
    } catch (error) {
      setStage({ at: "unprepared", error });
    }
  }, [account, key, claim, request]);

  useEffect(() => {
    if (canSign) void begin();
  }, [canSign, begin]);

  const sign = async (prepared: Prepared, password: string | null) => {
    setStage({ at: "sending", prepared });
    try {
      const { envelope, id } = await wallet.sign(prepared.body.text, password);
      const outcome = await send({
        id,
        envelope,
        account: prepared.body.sender,
        body: prepared.body.text,
        at: Date.now(),
        status: "sent",
        height: null,
        refusal: null,
      });
      setStage({ at: "done", prepared, outcome });
      became(outcome);
    } catch (error) {
      const fault =
        error instanceof WalletFault ? error : new WalletFault("storage", String(error));
      setStage({ at: "reading", prepared, fault });
    }
  };

  return (
    <Dialog title={t("sign.title")} onClose={() => stage.at !== "sending" && close()}>
      {kind === "none" && (
        <p>
          {t("sign.noWallet")} <Link to="/wallet/setup">{t("sign.setUp")}</Link>
        </p>
      )}
      {kind === "watch" && <p>{t("sign.watchOnly")}</p>}
      {kind === "vault" && locked && <Unlock />}
      {canSign && (
        <Body stage={stage} isSeat={kind === "seat"} again={begin} close={close} sign={sign} />
      )}
    </Dialog>
  );
}

interface BodyProps {
  readonly stage: Stage;
  readonly isSeat: boolean;
  readonly again: () => Promise<void>;
  readonly close: () => void;
  readonly sign: (prepared: Prepared, password: string | null) => Promise<void>;
}

function Body({ stage, isSeat, again, close, sign }: BodyProps) {
  const { t } = useTranslation("wallet");
  switch (stage.at) {
    case "preparing":
      return <p aria-busy="true">{t("sign.preparing")}</p>;
    case "elsewhere":
      return (
        <>
          <p role="alert">{t("fault.busy_elsewhere")}</p>
          <Button onClick={() => void again()}>{t("sign.again")}</Button>
        </>
      );
    case "unprepared":
      return (
        <>
          <NoteOfFault error={stage.error} />
          <Button onClick={() => void again()}>{t("sign.again")}</Button>
        </>
      );
    case "done":
      return <Result outcome={stage.outcome} again={again} close={close} />;
    default:
      return (
        <Reading
          prepared={stage.prepared}
          fault={stage.at === "reading" ? stage.fault : null}
          isSending={stage.at === "sending"}
          asksPassword={!isSeat && ["medium", "high"].includes(stage.prepared.body.threshold)}
          sign={(password) => void sign(stage.prepared, password)}
          refuse={close}
        />
      );
  }
}
