// New words: shown once, three asked back, then a password.

import { Button } from "../../design/Button";
import { useEffect, useState } from "react";
import { Field } from "../../design/Field";
import { Skeleton } from "../../design/States";
import { useTranslation } from "react-i18next";
import { NoteOfFault, useLanguage } from "../../wallet/parts";
import { useWallet } from "../../wallet/Wallet";
import { NewPassword } from "./NewPassword";
import styles from "./wallet.module.css";

const ASKED = 3;
type Step = "words" | "answer" | "password";

/** The steps of a new wallet. */
export function Create({ done }: { readonly done: () => void }) {
  const { draft, create } = useWallet();
  const language = useLanguage();
  const [words, setWords] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    draft(language === "en" ? "en" : "zh").then(setWords, setError);
    // The words are made once; a change of language must not exchange them.
  }, []);
  if (error !== null) return <NoteOfFault error={error} />;
  if (words === null) return <Skeleton rows={6} />;
  return <Steps words={words} finish={(password) => create(password).then(done)} />;
}

interface StepsProps {
  readonly words: readonly string[];
  readonly finish: (password: string) => Promise<void>;
}

/** Words, three of them asked back, password. */
export function Steps({ words, finish }: StepsProps) {
  const { t } = useTranslation("wallet");
  const [step, setStep] = useState<Step>("words");
  if (step === "words") return <Words words={words} next={() => setStep("answer")} />;
  if (step === "answer") {
    return (
      <>
        <AskBack count={words.length} next={() => setStep("password")} />
        <Button onClick={() => setStep("password")}>{t("create.later")}</Button>
      </>
    );
  }
  return <NewPassword label={t("create.finish")} submit={finish} />;
}

function Words({ words, next }: { readonly words: readonly string[]; readonly next: () => void }) {
  const { t } = useTranslation("wallet");
  return (
    <>
      <h3>{t("create.words")}</h3>
      <p>{t("create.wordsWhy")}</p>
      <ol className={styles["words"]} data-testid="words" translate="no">
        {words.map((word, place) => (
          <li key={place}>{word}</li>
        ))}
      </ol>
      <Button tone="primary" onClick={next}>
        {t("create.written")}
      </Button>
    </>
  );
}

/** Three places of the phrase, which the worker compares. */
export function AskBack({ count, next }: { readonly count: number; readonly next: () => void }) {
  const { t } = useTranslation("wallet");
  const { answer } = useWallet();
  const [places] = useState(() => chosen(count));
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [isWrong, setWrong] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const check = () => {
    answer(places.map((place) => [place, typed[place] ?? ""])).then(
      (isRight) => (isRight ? next() : setWrong(true)),
      setError,
    );
  };
  return (
    <>
      <h3>{t("create.answer")}</h3>
      {places.map((place) => (
        <Field
          key={place}
          label={t("create.word", { number: place + 1 })}
          data-place={place}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed[place] ?? ""}
          onChange={(event) => setTyped({ ...typed, [place]: event.target.value })}
        />
      ))}
      {isWrong && <p role="alert">{t("create.wrong")}</p>}
      {error !== null && <NoteOfFault error={error} />}
      <Button tone="primary" onClick={check}>
        {t("create.check")}
      </Button>
    </>
  );
}

/** Three different places, ascending, that nobody can foresee. */
function chosen(count: number): number[] {
  const places = new Set<number>();
  while (places.size < ASKED) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    places.add(random % count);
  }
  return [...places].sort((left, right) => left - right);
}
