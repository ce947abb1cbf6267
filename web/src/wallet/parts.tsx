// Small parts that the wallet's windows and pages share.

import { Button } from "../design/Button";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../design/Field";
import type { Language, Part } from "../ops/forms";
import { DoorRefused, readOne, type Refusal, Unreached } from "./door";
import { WalletFault } from "./fault";
import { type Fields, isFields, type Json } from "./json";
import styles from "./SignDialog.module.css";
import { useWallet } from "./Wallet";

/** The language of the page, as sentences are kept by. */
export function useLanguage(): Language {
  const { i18n } = useTranslation("wallet");
  return i18n.language.startsWith("zh") ? "zh-CN" : "en";
}

/** A piece of a sentence; an address stands short, and whole beside it for who wants to compare. */
export function Value({ part }: { readonly part: Part }) {
  if (part.kind === "text") return <>{part.text}</>;
  if (part.kind === "address") return <Whole short={part.text} whole={part.whole ?? ""} />;
  return <b>{part.text}</b>;
}

function Whole({ short, whole }: { readonly short: string; readonly whole: string }) {
  return (
    <span className={styles["address"]}>
      <b>{short}</b> <code>{whole}</code>
    </span>
  );
}

interface PasswordProps {
  readonly value: string;
  readonly change: (value: string) => void;
  readonly label?: string;
  readonly isNew?: boolean;
}

/** A password; Enter in it does nothing by itself. */
export function PasswordField({ value, change, label, isNew = false }: PasswordProps) {
  const { t } = useTranslation("wallet");
  return (
    <Field
      label={label ?? t("password")}
      type="password"
      autoComplete={isNew ? "new-password" : "current-password"}
      value={value}
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** The way back in after the clock or the user locked the wallet. */
export function Unlock() {
  const { t } = useTranslation("wallet");
  const { unlock } = useWallet();
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    setBusy(true);
    unlock(password).then(
      () => setBusy(false),
      (found: unknown) => {
        setBusy(false);
        setPassword("");
        setError(found);
      },
    );
  };
  return (
    <form
      className={styles["consent"]}
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <p>{t("unlock.why")}</p>
      <PasswordField value={password} change={setPassword} />
      {error !== null && <NoteOfFault error={error} />}
      <Button type="submit" tone="primary" disabled={isBusy || password === ""} aria-busy={isBusy}>
        {t(isBusy ? "unlock.opening" : "unlock.open")}
      </Button>
    </form>
  );
}

/** A fault of the wallet, a refusal, or a platform that does not answer, in words that help. */
export function NoteOfFault({ error }: { readonly error: unknown }) {
  const { t } = useTranslation("wallet");
  if (error instanceof DoorRefused) return <NoteOfRefusal refusal={error.refusal} />;
  if (error instanceof WalletFault) {
    return (
      <p role="alert" className={styles["fault"]} data-fault={error.code}>
        {t(`fault.${error.code}`)} {error.code === "body_refused" && <code>{error.detail}</code>}
      </p>
    );
  }
  const key = error instanceof Unreached ? "fault.unreached" : "fault.storage";
  return (
    <p role="alert" className={styles["fault"]}>
      {t(key)}
    </p>
  );
}

interface RefusalProps {
  readonly refusal: Refusal;
  /** What to do, where the code of the refusal alone does not tell it. */
  readonly advice?: string | null;
}

/** A refusal of the ledger: its sentence, stable name, facts, and what to do. */
export function NoteOfRefusal({ refusal, advice }: RefusalProps) {
  const { t } = useTranslation("wallet");
  const sentenceOf = useRefusalSentence();
  const name = `${refusal.module}.${refusal.code}`;
  const facts = Object.entries(refusal.facts);
  return (
    <div role="alert" className={styles["fault"]} data-refusal={name}>
      <p>{refusal.sentence || sentenceOf(name)}</p>
      <p>
        <code>{name}</code>{" "}
        {facts.length > 0 && (
          <small>{facts.map(([fact, value]) => `${fact}: ${factText(value)}`).join(", ")}</small>
        )}
      </p>
      <p>{t([advice ?? `advice.${refusal.code}`, "advice.other"])}</p>
    </div>
  );
}

let sentences: Promise<ReadonlyMap<string, { readonly zh: string; readonly en: string }>> | null =
  null;

/** The public sentence of a refusal by its name; the name itself until it is known. */
export function useRefusalSentence(): (name: string) => string {
  const language = useLanguage();
  const [known, setKnown] = useState<Awaited<NonNullable<typeof sentences>>>(new Map());
  useEffect(() => {
    sentences ??= readSentences();
    sentences.then(setKnown, () => {
      sentences = null;
    });
  }, []);
  return (name) => known.get(name)?.[language === "en" ? "en" : "zh"] ?? name;
}

async function readSentences() {
  const { refusals } = await readOne("/refusals");
  const rows = (refusals as Fields[]).map((row) => {
    const sentence = isFields(row["sentence"]) ? row["sentence"] : {};
    const both = { zh: String(sentence["zh"] ?? ""), en: String(sentence["en"] ?? "") };
    return [String(row["name"]), both] as const;
  });
  return new Map(rows);
}

function factText(value: Json): string {
  return typeof value === "object" && value !== null ? "…" : String(value);
}
