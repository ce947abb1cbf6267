// A wallet that one has already: its words, its keystore file, or only its address.

import { Button } from "../../design/Button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NoteOfFault, PasswordField } from "../../wallet/parts";
import { useWallet } from "../../wallet/Wallet";
import { Field } from "../../design/Field";
import { Entry } from "./Entry";
import { NewPassword } from "./NewPassword";
import { Phrase } from "./Phrase";
import styles from "./wallet.module.css";

interface Props {
  readonly done: () => void;
}

/** Words that were written down. */
export function Restore({ done }: Props) {
  const { t } = useTranslation("wallet");
  const { restore } = useWallet();
  const [words, setWords] = useState("");
  const [passphrase, setPassphrase] = useState("");
  return (
    <>
      <Phrase label={t("restore.words")} value={words} change={setWords} />
      <details>
        <summary>{t("restore.passphraseWhy")}</summary>
        <PasswordField value={passphrase} change={setPassphrase} label={t("restore.passphrase")} />
      </details>
      <NewPassword
        label={t("restore.finish")}
        isReady={words.trim() !== ""}
        submit={(password) => restore(words, passphrase, password).then(done)}
      />
    </>
  );
}

/** A keystore file of the command line or of another page. */
export function ImportFile({ done }: Props) {
  const { t } = useTranslation("wallet");
  const { importKeystore } = useWallet();
  const [text, setText] = useState("");
  const [filePassword, setFilePassword] = useState("");
  return (
    <>
      <Field
        label={t("restore.file")}
        type="file"
        accept=".json,application/json"
        onChange={(event) => {
          void event.target.files?.[0]?.text().then(setText);
        }}
      />
      <PasswordField
        value={filePassword}
        change={setFilePassword}
        label={t("restore.filePassword")}
      />
      <NewPassword
        label={t("restore.finish")}
        isReady={text !== ""}
        submit={(password) => importKeystore(text, filePassword, password).then(done)}
      />
    </>
  );
}

/** An address without its key. */
export function Watch({ done }: Props) {
  const { t } = useTranslation("wallet");
  const { watch } = useWallet();
  const [address, setAddress] = useState("");
  const [error, setError] = useState<unknown>(null);
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        watch(address.trim()).then(done, setError);
      }}
    >
      <Entry label={t("restore.address")} value={address} change={setAddress} />
      {error !== null && <NoteOfFault error={error} />}
      <Button type="submit" tone="primary" disabled={address === ""}>
        {t("setup.watch")}
      </Button>
    </form>
  );
}
