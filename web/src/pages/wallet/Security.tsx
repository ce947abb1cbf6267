// The wallet that is set up: lock, backup test, export, removal; and keeping a seat.

import { Button } from "../../design/Button";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { NoteOfFault, PasswordField, Unlock } from "../../wallet/parts";
import { useWallet } from "../../wallet/Wallet";
import { Card } from "../../design/Card";
import { AskBack, Steps } from "./Create";
import styles from "./wallet.module.css";
import { Phrase } from "./Phrase";
import { saveFile } from "./saveFile";

const WORDS = 24;

/** What can be done with a vault. */
export function Security() {
  const { t } = useTranslation("wallet");
  const { own, locked, lock, backedUp, hasDraft } = useWallet();
  const [isProved, setProved] = useState(false);
  return (
    <>
      <Card>
        <div className={styles["stack"]}>
          <p>
            <code>{own}</code>
          </p>
          {locked ? <Unlock /> : <Button onClick={() => void lock()}>{t("security.lock")}</Button>}
        </div>
      </Card>
      {!backedUp && (
        <Card>
          <div className={styles["stack"]}>
            <p role="alert">{t("security.notBackedUp")}</p>
            {hasDraft && !locked ? (
              <AskBack count={WORDS} next={() => setProved(true)} />
            ) : (
              <ProveWords />
            )}
          </div>
        </Card>
      )}
      {isProved && <p role="status">{t("security.proved")}</p>}
      <Export />
      <Remove />
    </>
  );
}

function ProveWords() {
  const { t } = useTranslation("wallet");
  const { backup } = useWallet();
  const [words, setWords] = useState("");
  const [isWrong, setWrong] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const check = () => {
    backup(words, "").then((isRight) => setWrong(!isRight), setError);
  };
  return (
    <>
      <Phrase label={t("security.allWords")} value={words} change={setWords} />
      {isWrong && <p role="alert">{t("security.otherWords")}</p>}
      {error !== null && <NoteOfFault error={error} />}
      <Button onClick={check}>{t("create.check")}</Button>
    </>
  );
}

function Export() {
  const { t } = useTranslation("wallet");
  const { own, exportKeystore } = useWallet();
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = () => {
    setBusy(true);
    setError(null);
    exportKeystore(password)
      .then((text) => saveFile(`keystore-${own?.slice(-6)}.json`, text), setError)
      .finally(() => setBusy(false));
    setPassword("");
  };
  return (
    <Card title={t("security.export")}>
      <div className={styles["stack"]}>
        <p>{t("security.exportWhy")}</p>
        <PasswordField value={password} change={setPassword} />
        {error !== null && <NoteOfFault error={error} />}
        <Button disabled={password === "" || isBusy} aria-busy={isBusy} onClick={save}>
          {t("security.export")}
        </Button>
      </div>
    </Card>
  );
}

function Remove() {
  const { t } = useTranslation("wallet");
  const { forget } = useWallet();
  const [isArmed, setArmed] = useState(false);
  return (
    <Card title={t("security.remove")}>
      <div className={styles["stack"]}>
        <p>{t("security.removeWhy")}</p>
        <Button onClick={() => (isArmed ? void forget() : setArmed(true))}>
          {t(isArmed ? "security.removeConfirm" : "security.remove")}
        </Button>
      </div>
    </Card>
  );
}

/** A seat's key becomes a wallet: its words, three asked back, a password. */
export function Keep() {
  const { t } = useTranslation("wallet");
  const { keepSeat, create } = useWallet();
  const [words, setWords] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    if (isAsked) keepSeat().then(setWords, setError);
    // Once, when asked for.
  }, [isAsked]);
  return (
    <Card title={t("seats.keep")}>
      <div className={styles["stack"]}>
        <p>{t("seats.keepWhy")}</p>
        {!isAsked && (
          <Button tone="primary" onClick={() => setAsked(true)}>
            {t("seats.keep")}
          </Button>
        )}
        {error !== null && <NoteOfFault error={error} />}
        {words !== null && (
          <Steps words={words} finish={async (password) => void (await create(password))} />
        )}
      </div>
    </Card>
  );
}
