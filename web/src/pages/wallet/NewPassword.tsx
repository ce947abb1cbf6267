// A new password, typed twice.

import { Button } from "../../design/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NoteOfFault, PasswordField } from "../../wallet/parts";
import styles from "./wallet.module.css";

interface Props {
  readonly label: string;
  readonly submit: (password: string) => Promise<void>;
  readonly isReady?: boolean;
}

/** Asks for the password that the vault is sealed under, and does what it is asked for. */
export function NewPassword({ label, submit, isReady = true }: Props) {
  const { t } = useTranslation("wallet");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isSame = password === repeated;
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(null);
        submit(password)
          .catch(setError)
          .finally(() => setBusy(false));
      }}
    >
      <PasswordField value={password} change={setPassword} label={t("newPassword")} isNew />
      <PasswordField value={repeated} change={setRepeated} label={t("repeatPassword")} isNew />
      {!isSame && repeated !== "" && <p role="status">{t("create.differ")}</p>}
      {error !== null && <NoteOfFault error={error} />}
      <Button
        type="submit"
        tone="primary"
        disabled={!isReady || !isSame || password === "" || isBusy}
        aria-busy={isBusy}
      >
        {isBusy ? t("create.sealing") : label}
      </Button>
    </form>
  );
}
