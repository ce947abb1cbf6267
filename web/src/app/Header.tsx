// The head of every page: where one can go, what one looks for, how one reads.

import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactElement, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { speak } from "../i18n/words";
import { WalletChip } from "./WalletChip";
import { type Language, type Theme, change, useSettings } from "./settings";
import styles from "./Layout.module.css";

const PLACES = [
  ["/", "nav.board"],
  ["/projects", "nav.projects"],
  ["/retire", "nav.retire"],
  ["/certificates", "nav.certificates"],
  ["/registry", "nav.registry"],
  ["/verify", "nav.verify"],
  ["/explorer", "nav.explorer"],
  ["/stake", "nav.stake"],
  ["/governance", "nav.governance"],
  ["/wallet", "nav.wallet"],
  ["/developer", "nav.developer"],
] as const;

export function Header(): ReactElement {
  const { t } = useTranslation("app");
  return (
    <header className={styles["header"]}>
      <Link to="/" className={styles["brand"]}>
        {t("brand")}
      </Link>
      <nav className={styles["nav"]} aria-label={t("nav.label")}>
        {PLACES.map(([to, key]) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/" || to === "/wallet" }}>
            {t(key)}
          </Link>
        ))}
      </nav>
      <div className={styles["tools"]}>
        <Search />
        <Reading />
        <WalletChip />
      </div>
    </header>
  );
}

/** A search over everything; `/` and Ctrl-K lead to it. */
function Search(): ReactElement {
  const { t } = useTranslation("app");
  const input = useRef<HTMLInputElement>(null);
  const go = useNavigate();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { target } = event;
      const inText = target instanceof Element && target.matches("input,textarea,select");
      const called = (event.key === "/" && !inText) || (event.key === "k" && event.ctrlKey);
      if (!called) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = input.current?.value.trim();
    if (text) void go({ to: "/explorer", search: { q: text } as never });
  };
  return (
    <form role="search" onSubmit={submit}>
      <input
        ref={input}
        className={styles["search"]}
        type="search"
        maxLength={200}
        placeholder={t("search.hint")}
        aria-label={t("search.label")}
      />
    </form>
  );
}

function Reading(): ReactElement {
  const { t } = useTranslation("app");
  const { language, theme } = useSettings();
  return (
    <>
      <select
        className={styles["select"]}
        aria-label={t("language")}
        value={language}
        onChange={(event) => void speak(event.target.value as Language)}
      >
        <option value="zh-CN">{t("languages.zh-CN")}</option>
        <option value="en">{t("languages.en")}</option>
      </select>
      <select
        className={styles["select"]}
        aria-label={t("theme.label")}
        value={theme}
        onChange={(event) => change({ theme: event.target.value as Theme })}
      >
        <option value="system">{t("theme.system")}</option>
        <option value="light">{t("theme.light")}</option>
        <option value="dark">{t("theme.dark")}</option>
      </select>
    </>
  );
}
