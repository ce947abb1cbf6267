// What the signer reads: it is rendered from the parse of the very text that is signed, in the
// order of thallo.md 10.3.

import { Button } from "../design/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { amountText, moneyText } from "../ops/amounts";
import { type Language, timeText } from "../ops/forms";
import { describe } from "../ops/sentences";
import type { Body } from "./body";
import { OpList } from "./OpSentence";
import { NoteOfFault, PasswordField, useLanguage, useRefusalSentence } from "./parts";
import type { Change, Warning } from "./preview";
import type { Prepared, Share } from "./preparing";
import styles from "./SignDialog.module.css";

const BLOCK_MS = 200n;

interface Props {
  readonly prepared: Prepared;
  readonly fault: unknown;
  readonly isSending: boolean;
  readonly asksPassword: boolean;
  readonly sign: (password: string | null) => void;
  readonly refuse: () => void;
}

/** The body in words, and the buttons that sign or refuse it. */
export function Reading(props: Props) {
  const { prepared, fault } = props;
  const { body, head, changes, warnings, share, goesToRoom } = prepared;
  const language = useLanguage();
  const isTold = body.ops.every((op) => describe(op, language) !== null);
  return (
    <>
      <OpList ops={body.ops} language={language} />
      <Terms
        body={body}
        height={head.height}
        time={head.time}
        language={language}
        isShared={share !== null}
      />
      <Changes changes={changes} />
      <Warnings warnings={warnings} />
      <Raw body={body} />
      {fault !== null && <NoteOfFault error={fault} />}
      {share !== null && <ShareNote share={share} goesToRoom={goesToRoom} />}
      {!isTold && <CannotShow />}
      {isTold && isOfUse(prepared) && <Consent {...props} />}
    </>
  );
}

interface TermsProps {
  readonly body: Body;
  readonly height: bigint;
  readonly time: bigint;
  readonly language: Language;
  /** Whether others sign for the account too, so that it is said for whom one signs. */
  readonly isShared: boolean;
}

function Terms({ body, height, time, language, isShared }: TermsProps) {
  const { t } = useTranslation("wallet");
  // Blocks come at least this often while there is something to put into them.
  const at = time + (body.expires - height) * BLOCK_MS;
  return (
    <dl className={styles["terms"]}>
      {isShared && (
        <>
          <dt>{t("sign.sharedAccount")}</dt>
          <dd>
            <code data-testid="sender">{body.sender}</code>
          </dd>
        </>
      )}
      <dt>{t("sign.fee")}</dt>
      <dd>{moneyText(body.fee.amount, "cny")}</dd>
      <dt>{t("sign.expires")}</dt>
      <dd>
        {t("sign.expiresAt", { height: body.expires.toString(), time: timeText(at, language) })}
      </dd>
      {body.memo !== "" && (
        <>
          <dt>{t("sign.memo")}</dt>
          <dd>{body.memo}</dd>
        </>
      )}
    </dl>
  );
}

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const { t } = useTranslation("wallet");
  if (changes.length === 0) return null;
  return (
    <table className={styles["changes"]}>
      <caption>{t("sign.changes")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("sign.before")}</th>
          <th scope="col">{t("sign.after")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ asset, before, after }) => (
          <tr key={asset}>
            <td>{amountText(before, asset)}</td>
            <td>{amountText(after, asset)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  const { t } = useTranslation("wallet");
  const sentenceOf = useRefusalSentence();
  if (warnings.length === 0) return null;
  return (
    <div role="alert">
      <ul className={styles["warnings"]}>
        {warnings.map(({ code, subject }, place) => (
          <li key={place}>
            {t(`warning.${code}`)}
            {subject !== "" && <code>{sentenceOf(subject)}</code>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Raw({ body }: { readonly body: Body }) {
  const { t } = useTranslation("wallet");
  return (
    <details className={styles["raw"]}>
      <summary>{t("sign.raw")}</summary>
      <dl className={styles["terms"]}>
        <dt>{t("sign.chain")}</dt>
        <dd>
          <code>{body.chain}</code>
        </dd>
        <dt>{t("sign.sequence")}</dt>
        <dd>
          <code>{body.sequence.toString()}</code>
        </dd>
        <dt>{t("sign.id")}</dt>
        <dd>
          <code>{body.id}</code>
        </dd>
      </dl>
      <pre data-testid="raw-body">{body.text}</pre>
    </details>
  );
}

/** Whether a signature could get to where it counts. */
function isOfUse({ share, goesToRoom }: Prepared): boolean {
  return share === null || (share.isSigner && (share.canEnter || !goesToRoom));
}

interface ShareFields {
  readonly share: Share;
  readonly goesToRoom: boolean;
}

/** Which signature this is of how many, and where it goes. */
function ShareNote({ share, goesToRoom }: ShareFields) {
  const { t } = useTranslation("wallet");
  const { isSigner, canEnter, doesCount, isEnough, signature, of, behind } = share;
  if (!isSigner) return <p role="alert">{t("share.stranger")}</p>;
  if (goesToRoom && !canEnter) return <p role="alert">{t("share.outside", { of })}</p>;
  const way = !goesToRoom ? "share.alone" : isEnough ? "share.last" : "share.more";
  return (
    <div className={styles["share"]} data-share={`${signature}/${of}`}>
      <p>{t(doesCount ? way : "share.limited", { signature, of })}</p>
      {behind > 0 && <p>{t("share.behind", { number: behind })}</p>}
    </div>
  );
}

/** A warning or a high threshold asks for a second, separate press. */
function Consent({ prepared, isSending, asksPassword, sign, refuse }: Props) {
  const { t } = useTranslation("wallet");
  const [password, setPassword] = useState("");
  const [isArmed, setArmed] = useState(false);
  const asksTwice = prepared.warnings.length > 0;
  const isReady = !isSending && (!asksPassword || password !== "");
  const press = () => {
    if (asksTwice && !isArmed) return setArmed(true);
    setArmed(false);
    setPassword("");
    sign(asksPassword ? password : null);
  };
  return (
    <div className={styles["consent"]}>
      {asksPassword && <PasswordField value={password} change={setPassword} />}
      {isArmed && <p role="status">{t("sign.pressAgain")}</p>}
      <div className={styles["buttons"]}>
        <Button disabled={isSending} onClick={refuse}>
          {t("sign.refuse")}
        </Button>
        <Button
          tone={isArmed ? "sell" : "primary"}
          disabled={!isReady}
          aria-busy={isSending}
          onClick={press}
        >
          {t(isSending ? "sign.sending" : isArmed ? "sign.confirm" : "sign.sign")}
        </Button>
      </div>
    </div>
  );
}

function CannotShow() {
  const { t } = useTranslation("wallet");
  return <p role="alert">{t("sign.cannotShow")}</p>;
}
