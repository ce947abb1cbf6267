// The application: policy first, then words, then pages.

import "./policy";
import "./fonts";
import "./design/tokens.css";
import "./design/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Application } from "./app/Application";
import { startSettings } from "./app/settings";
import { startWords } from "./i18n/words";

const root = document.getElementById("root");
if (root === null) throw new Error("the document has no element #root");
startSettings();
await startWords();
createRoot(root).render(
  <StrictMode>
    <Application />
  </StrictMode>,
);
