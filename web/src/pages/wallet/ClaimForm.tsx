// What the certificate says: for whom, why, for which time, and how much of it is public.

import { useTranslation } from "react-i18next";
import { CATALOGUES } from "../../ops/sentences";
import { useLanguage } from "../../wallet/parts";
import type { Claim, Privacy } from "./retirement";
import { Choice } from "../../design/Field";
import { Entry } from "./Entry";
import styles from "./wallet.module.css";

const PURPOSES = [
  "emissions_inventory",
  "product",
  "event",
  "travel",
  "project",
  "contribution",
  "gift",
  "other",
];
const PRIVACIES: readonly Privacy[] = ["public", "name_hidden", "sealed"];
const NAME_BYTES = 160;
const MESSAGE_BYTES = 500;

/** A claim before anything was typed. */
export const emptyClaim: Claim = {
  name: "",
  account: null,
  country: "CN",
  purpose: "emissions_inventory",
  message: "",
  start: "",
  end: "",
  privacy: "public",
};

interface Props {
  readonly claim: Claim;
  readonly change: (claim: Claim) => void;
  readonly account: string | null;
}

/** The form of a claim. */
export function ClaimForm({ claim, change, account }: Props) {
  const { t } = useTranslation("wallet");
  const language = useLanguage();
  const word = (name: string): string => CATALOGUES[language].words[name] ?? name;
  const set = (more: Partial<Claim>) => change({ ...claim, ...more });
  const isLong = (text: string, bytes: number) => new TextEncoder().encode(text).length > bytes;
  return (
    <div className={styles["form"]}>
      <Entry
        label={t("claim.name")}
        value={claim.name}
        change={(name) => set({ name })}
        isBad={isLong(claim.name, NAME_BYTES)}
      />
      <p>
        <label>
          <input
            type="checkbox"
            checked={claim.account !== null}
            onChange={(event) => set({ account: event.target.checked ? account : null })}
          />{" "}
          {t("claim.mine")}
        </label>
      </p>
      <Entry
        label={t("claim.country")}
        value={claim.country}
        change={(country) => set({ country: country.toUpperCase() })}
        isBad={!/^[A-Z]{2}$/.test(claim.country)}
      />
      <Choice
        label={t("claim.purpose")}
        value={claim.purpose ?? "other"}
        onChoose={(purpose) => set({ purpose })}
        options={PURPOSES.map((name) => [name, word(name)])}
      />
      <Entry
        label={t("claim.message")}
        value={claim.message}
        change={(message) => set({ message })}
        isBad={isLong(claim.message, MESSAGE_BYTES)}
      />
      <Entry
        label={t("claim.start")}
        type="date"
        value={claim.start}
        change={(start) => set({ start })}
      />
      <Entry label={t("claim.end")} type="date" value={claim.end} change={(end) => set({ end })} />
      <Choice
        label={t("claim.privacy")}
        value={claim.privacy}
        onChoose={(privacy) => set({ privacy: privacy as Privacy })}
        options={PRIVACIES.map((name) => [name, word(name)])}
        hint={t(`claim.${claim.privacy}`)}
      />
    </div>
  );
}
