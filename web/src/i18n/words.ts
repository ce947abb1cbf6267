// The words of the pages: one catalogue for each area and language, loaded when a language is used.

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, change, settings } from "../app/settings";

const CATALOGUES = import.meta.glob<{ default: Record<string, unknown> }>("./*/*.json");

/** Loads the words of the language that is set; pages are drawn after this. */
export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: settings().language,
    fallbackLng: false,
    ns: areas(),
    defaultNS: "app",
    interpolation: { escapeValue: false },
    resources: {},
  });
  await load(settings().language);
  await i18next.changeLanguage(settings().language);
}

/** Speaks another language from now on. */
export async function speak(language: Language): Promise<void> {
  await load(language);
  change({ language });
  await i18next.changeLanguage(language);
}

async function load(language: Language): Promise<void> {
  const wanted = Object.entries(CATALOGUES).filter(([path]) => path.startsWith(`./${language}/`));
  await Promise.all(
    wanted.map(async ([path, read]) => {
      i18next.addResourceBundle(language, area(path), (await read()).default, true, true);
    }),
  );
}

function areas(): string[] {
  return [...new Set(Object.keys(CATALOGUES).map(area))];
}

function area(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}
